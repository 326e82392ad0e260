package io.postern.dns;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;

/// Keys that are believed without a signature: where chains of trust begin (RFC 4035 §5). What is
/// under none of them counts as unsigned.
public final class TrustAnchors {
    // The keys of the root zone, as IANA publishes them at data.iana.org/root-anchors (RFC 9718):
    // KSK-2017 and KSK-2024.
    private static final String IANA =
            """
            . DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
            . DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
            """;

    private final List<RRset> sets;

    private TrustAnchors(List<RRset> sets) {
        this.sets = sets;
    }

    /// What a text turned out to be.
    public sealed interface Parsed {
        record Ok(TrustAnchors anchors) implements Parsed {}

        /// Not trust anchors.
        ///
        /// @param line from 1; 0 when it is about the whole
        record Bad(int line, String why) implements Parsed {}
    }

    /// The root zone's, as known when this was built.
    public static TrustAnchors iana() {
        return switch (parse(IANA)) {
            case Parsed.Ok(var anchors) -> anchors;
            case Parsed.Bad(var line, var why) -> throw new IllegalStateException(line + why);
        };
    }

    /// Reads DS and DNSKEY records in the syntax of a zone file (RFC 1035 §5), as in Debian's
    /// `/usr/share/dns/root.key` and in the `dsset` files of BIND. At least one; no other types.
    public static Parsed parse(String text) {
        return switch (ZoneFile.parse(text)) {
            case ZoneFile.Bad(var line, var why) -> new Parsed.Bad(line, why);
            case ZoneFile.Ok(var records) -> of(records);
        };
    }

    private static Parsed of(List<Record> records) {
        var sets = new ArrayList<RRset>();
        for (var r : records) {
            if (!(r instanceof DSRecord || r instanceof DNSKEYRecord)) {
                return new Parsed.Bad(0, "neither DS nor DNSKEY: " + r);
            }
            var known =
                    sets.stream()
                            .filter(set ->
                                    set.getName().equals(r.getName())
                                            && set.getType() == r.getType())
                            .findFirst();
            // One TTL for all, which RRset asks for and nobody reads.
            known.ifPresentOrElse(set -> set.addRR(r), () -> sets.add(new RRset(r)));
        }
        return sets.isEmpty()
                ? new Parsed.Bad(0, "no DS and no DNSKEY record")
                : new Parsed.Ok(new TrustAnchors(List.copyOf(sets)));
    }

    List<RRset> sets() {
        return sets;
    }
}
