package io.postern.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/// A record type that we ask for, and how its records are read.
///
/// @param limit most records of an answer
/// @param partial whether an answer over the limit is cut to it (any host of many will do) or is a
///   temporary failure (the policy record may be the one that was cut off)
record RecordKind<T>(int type, Function<Record, T> reader, int limit, boolean partial) {
    static final RecordKind<String> TXT = new RecordKind<>(Type.TXT, RecordKind::text, 400, false);
    static final RecordKind<MxRecord> MX = new RecordKind<>(Type.MX, RecordKind::mx, 100, true);
    static final RecordKind<InetAddress> A =
            new RecordKind<>(Type.A, r -> ((ARecord) r).getAddress(), 100, true);
    static final RecordKind<InetAddress> AAAA =
            new RecordKind<>(Type.AAAA, r -> ((AAAARecord) r).getAddress(), 100, true);
    static final RecordKind<String> PTR =
            new RecordKind<>(Type.PTR, r -> DnsNames.text(((PTRRecord) r).getTarget()), 100, true);

    /// Asked for by itself, so that the chain ends where it begins.
    static final RecordKind<String> CNAME =
            new RecordKind<>(
                    Type.CNAME, r -> DnsNames.text(((CNAMERecord) r).getTarget()), 100, true);

    static final RecordKind<String> NS =
            new RecordKind<>(Type.NS, r -> DnsNames.text(((NSRecord) r).getTarget()), 100, true);

    /// The records as values; empty when there are more than can be taken.
    Optional<List<T>> read(List<Record> records) {
        return records.size() <= limit || partial
                ? Optional.of(records.stream().limit(limit).map(reader).toList())
                : Optional.empty();
    }

    private static String text(Record r) {
        var joined = new StringBuilder();
        for (Object octets : ((TXTRecord) r).getStringsAsByteArrays()) {
            joined.append(new String((byte[]) octets, StandardCharsets.ISO_8859_1));
        }
        return joined.toString();
    }

    private static MxRecord mx(Record r) {
        var mx = (MXRecord) r;
        return new MxRecord(mx.getPriority(), DnsNames.text(mx.getTarget()));
    }
}
