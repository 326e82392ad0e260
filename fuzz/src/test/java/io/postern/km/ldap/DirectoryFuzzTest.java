package io.postern.km.ldap;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.unboundid.asn1.ASN1Buffer;
import com.unboundid.ldap.sdk.LDAPException;
import io.postern.km.ca.OcspReply;
import io.postern.km.http.Published;
import io.postern.km.http.PublishedList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// What a client of the directory sends, octet for octet: each message is answered or is the end,
/// and what is answered can be written.
class DirectoryFuzzTest {
    /// Filters of clients, in searches under dc=example,dc=com.
    private static final List<String> FILTERS =
            List.of(
                    "(mail=info@example.com)",
                    "(&(mail=*)(|(mail=inf*)(|(cn=inf*)(sn=inf*))))",
                    "(|(mail=a@example.com)(mail=b@example.com))",
                    "(!(objectClass=*))",
                    "(mail:caseIgnoreMatch:=info@example.com)",
                    "(mail>=a)");

    private static final class Nobody implements Published {
        @Override
        public Optional<PublishedList> list(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<X509Certificate> authority(String name) {
            return Optional.empty();
        }

        @Override
        public OcspReply ocsp(byte[] request) {
            throw new IllegalStateException("not asked here");
        }

        @Override
        public List<X509Certificate> ofAddress(String address) {
            return List.of();
        }

        @Override
        public Optional<X509Certificate> ofHash(byte[] sha1) {
            return Optional.empty();
        }
    }

    private static final Answers ANSWERS =
            new Answers(new Nobody(), new DirectoryRules("dc=example,dc=com", _ -> true, 3));

    static Stream<byte[]> seeds() {
        return Stream.concat(
                Stream.of(
                                "300c020101600702010304008000",
                                "301d02010177188016312e332e362e312e342e312e313436362e3230303337",
                                "30050201034200",
                                "3025020102632004000a01000a0100020100020100010100870b6f626a656374436c6173733000",
                                "300c02010161070a010004000400")
                        .map(HexFormat.of()::parseHex),
                FILTERS.stream().map(DirectoryFuzzTest::search));
    }

    private static byte[] search(String filter) {
        try {
            var buffer = new ASN1Buffer();
            new com.unboundid.ldap.protocol.LDAPMessage(
                            2,
                            new com.unboundid.ldap.protocol.SearchRequestProtocolOp(
                                    "dc=example,dc=com",
                                    com.unboundid.ldap.sdk.SearchScope.SUB,
                                    com.unboundid.ldap.sdk.DereferencePolicy.NEVER,
                                    10,
                                    10,
                                    false,
                                    com.unboundid.ldap.sdk.Filter.create(filter),
                                    List.of("mail", "userCertificate;binary")))
                    .writeTo(buffer);
            return buffer.toByteArray();
        } catch (LDAPException e) {
            throw new IllegalArgumentException(filter, e);
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void stream(byte[] octets) throws IOException {
        var client = new Answers.Client(InetAddress.getLoopbackAddress(), false, true);
        try (var in = new ByteArrayInputStream(octets)) {
            while (true) {
                var next = Wire.next(in, () -> {});
                if (next.isEmpty()) {
                    return;
                }
                var asked = Wire.decode(next.get());
                if (Answers.cost(asked) < 1) {
                    throw new AssertionError("free of charge");
                }
                var reply = ANSWERS.answer(asked, client);
                for (var message : reply.messages()) {
                    message.writeTo(new ASN1Buffer());
                }
                if (reply.then() != Answers.Then.STAY) {
                    return;
                }
            }
        } catch (Wire.NotLdapException | java.io.EOFException _) {
            // the connection would be closed
        }
    }
}
