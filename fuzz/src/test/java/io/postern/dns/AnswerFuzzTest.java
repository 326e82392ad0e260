package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What a DNS server sends, octet for octet behind the id: never throws, ends, and is an answer.
class AnswerFuzzTest {
    private static final String NAME = "www.example.com.";

    static Stream<byte[]> seeds() {
        return Stream.of(
                        reply(Type.A, Rcode.NOERROR, "www.example.com. 60 IN A 192.0.2.1"),
                        reply(
                                Type.A,
                                Rcode.NOERROR,
                                "www.example.com. 60 IN CNAME b.\nb. 60 IN A 192.0.2.1"),
                        reply(
                                Type.A,
                                Rcode.NOERROR,
                                "www.example.com. 60 IN CNAME www.example.com."),
                        reply(Type.A, Rcode.NOERROR, ""),
                        reply(Type.A, Rcode.NXDOMAIN, ""),
                        reply(Type.A, Rcode.SERVFAIL, ""),
                        reply(Type.MX, Rcode.NOERROR, "www.example.com. 60 IN MX 0 ."),
                        reply(
                                Type.MX,
                                Rcode.NOERROR,
                                "www.example.com. 60 IN MX 10 mx.example.com."),
                        reply(Type.AAAA, Rcode.NOERROR, "www.example.com. 60 IN AAAA 2001:db8::1"),
                        reply(
                                Type.TXT,
                                Rcode.NOERROR,
                                "www.example.com. 60 IN TXT \"v=DKIM1; \" \"p=AA\""))
                .map(octets -> Arrays.copyOfRange(octets, 2, octets.length));
    }

    private static byte[] reply(int type, int code, String answers) {
        try {
            var message = Message.newQuery(Record.newRecord(new Name(NAME), type, DClass.IN));
            message.getHeader().setFlag(Flags.QR);
            message.getHeader().setRcode(code);
            for (var line : answers.lines().toList()) {
                var words = line.split(" ", 5);
                message.addRecord(
                        Record.fromString(
                                new Name(words[0]),
                                Type.value(words[3]),
                                DClass.IN,
                                60,
                                words[4],
                                Name.root),
                        Section.ANSWER);
            }
            return message.toWire();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Both transports give these octets, with the question's id before them.
    private static final class Given implements DnsResolver.Exchange {
        private final byte[] octets;

        Given(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public byte[] udp(InetSocketAddress server, byte[] query, long until) throws IOException {
            if (octets.length < 10 || (octets[0] & 0x80) == 0) {
                throw new IOException("no reply: the transport waits on");
            }
            var whole = new byte[octets.length + 2];
            whole[0] = query[0];
            whole[1] = query[1];
            System.arraycopy(octets, 0, whole, 2, octets.length);
            return whole;
        }

        @Override
        public byte[] tcp(InetSocketAddress server, byte[] query, long until) throws IOException {
            return udp(server, query, until);
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void answer(byte[] octets) {
        var resolver =
                new DnsResolver(
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53)),
                        Duration.ofSeconds(2),
                        new Given(octets));
        assertFalse(resolver.a(NAME).toString().isEmpty());
        assertFalse(resolver.aaaa(NAME).toString().isEmpty());
        assertFalse(resolver.mx(NAME).toString().isEmpty());
        assertFalse(resolver.txt(NAME).toString().isEmpty());
        if (resolver.txt(NAME) instanceof Answer.Records<String>(var records, var ttl, _)) {
            assertFalse(ttl.isNegative());
            assertEquals(
                    0, records.stream().flatMapToInt(String::chars).filter(c -> c > 255).count());
        }
    }
}
