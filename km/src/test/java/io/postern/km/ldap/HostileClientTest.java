package io.postern.km.ldap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.asn1.ASN1Buffer;
import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchScope;
import io.postern.km.ca.OcspReply;
import io.postern.km.http.Published;
import io.postern.km.http.PublishedList;
import io.postern.km.limits.ServiceLimits;
import io.postern.km.secret.KmException;
import io.postern.testkit.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@DisplayName("a hostile client of the directory")
@Timeout(60)
class HostileClientTest {
    /// Anonymous bind, message 1.
    private static final String BIND = "300c020101600702010304008000";

    /// StartTLS, message 1.
    private static final String START_TLS =
            "301d02010177188016312e332e362e312e342e312e313436362e3230303337";

    /// A vault in trouble.
    private static final class Closed implements Published {
        private static KmException trouble() {
            return new KmException("the vault is not there");
        }

        @Override
        public Optional<PublishedList> list(String name) {
            throw trouble();
        }

        @Override
        public Optional<X509Certificate> authority(String name) {
            throw trouble();
        }

        @Override
        public OcspReply ocsp(byte[] request) {
            throw trouble();
        }

        @Override
        public List<X509Certificate> ofAddress(String address) {
            if (address.startsWith("bug")) {
                throw new IllegalStateException("ours");
            }
            throw trouble();
        }

        @Override
        public Optional<X509Certificate> ofHash(byte[] sha1) {
            throw trouble();
        }
    }

    private KmLdapServer server;

    @BeforeEach
    void start() throws IOException {
        var tls = TestCertificate.authority("Example").issue("here", "here").context();
        server =
                KmLdapServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new KmLdapServer.Tls(false, () -> Optional.of(tls)),
                        new Closed(),
                        new DirectoryRules("dc=example,dc=com", _ -> true, 3),
                        ServiceLimits.of(100, 100, 1_000_000));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private byte[] say(byte[] octets) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            try {
                socket.getOutputStream().write(octets);
                socket.shutdownOutput();
                return socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException _) {
                return new byte[0]; // reset: it had heard enough
            }
        }
    }

    private void serves() throws LDAPException {
        try (var client =
                new LDAPConnection(
                        InetAddress.getLoopbackAddress().getHostAddress(), server.port())) {
            assertEquals(
                    "3",
                    Objects.requireNonNull(client.getRootDSE())
                            .getAttributeValue("supportedLDAPVersion"));
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /// A search whose filter is a NOT of a NOT, so many times.
    private static byte[] nested(int depth, int type) {
        byte[] filter = hex("8704" + "6d61696c");
        for (int i = 0; i < depth; i++) {
            filter = tlv(type, filter);
        }
        var fields = hex("04000a01020a0100020100020100010100");
        return tlv(0x30, hex("020102"), tlv(0x63, fields, filter, hex("3000")));
    }

    private static byte[] tlv(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        var out = new java.io.ByteArrayOutputStream();
        out.write(tag);
        out.write(0x83);
        out.write(length >> 16);
        out.write(length >> 8);
        out.write(length);
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private record Case(String rule, String hex) {
        Case(String rule, byte[] octets) {
            this(rule, HexFormat.of().formatHex(octets));
        }
    }

    private static Stream<Case> malformed() {
        return Stream.of(
                new Case(
                        "a line of another protocol",
                        "GET / HTTP/1.0\r\n\r\n"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                new Case("an indefinite length", hex("3080020101")),
                new Case("a length of 2 GiB", hex("30847fffffff020101")),
                new Case("a length that is negative as an int", hex("3084ffffffff020101")),
                new Case("a length of five octets", hex("30850000000005020101")),
                new Case("BIND without a version", hex("30070201016002800000")),
                new Case("BIND with a name longer than all", hex("300c020101600702010304ff8000")),
                new Case(
                        "BIND with a version of nine octets",
                        hex("3014020101600f0209010101010101010101" + "04008000")),
                new Case("BIND with an unknown way", hex("300c020101600702010304008500")),
                new Case("BIND of SASL that is cut", hex("300c02010160070201030400a305")),
                new Case("a long tag", hex("300602010160ff1f7f00".substring(0, 16))),
                new Case("nothing in it", hex("3000")),
                new Case("an id of nine octets", hex("300b0209010101010101010101")),
                new Case("a response", hex("300c02010161070a010004000400")),
                new Case("a filter of 5,000 NOTs", nested(5_000, 0xa2)),
                new Case("a filter of 5,000 ANDs", nested(5_000, 0xa0)),
                new Case(
                        "a filter of no known type",
                        tlv(
                                0x30,
                                hex("020102"),
                                tlv(
                                        0x63,
                                        hex("04000a01020a0100020100020100010100"),
                                        hex("8f00"),
                                        hex("3000")))));
    }

    @TestFactory
    @DisplayName("what is no LDAP ends its connection with a notice, and harms nobody")
    Stream<DynamicTest> octets() {
        return malformed()
                .map(one ->
                        DynamicTest.dynamicTest(
                                one.rule,
                                () -> {
                                    var said = say(hex(one.hex));
                                    assertTrue(
                                            HexFormat.of()
                                                    .formatHex(said)
                                                    .contains(
                                                            HexFormat.of()
                                                                    .formatHex(
                                                                            "1.3.6.1.4.1.1466.20036"
                                                                                    .getBytes(
                                                                                            java.nio
                                                                                                    .charset
                                                                                                    .StandardCharsets
                                                                                                    .US_ASCII))),
                                            one.rule + ": " + HexFormat.of().formatHex(said));
                                    serves();
                                }));
    }

    @Test
    @DisplayName("a thousand broken messages later it answers the next client, and holds none")
    void broken() throws Exception {
        var random = new Random(7);
        var whole = List.of(hex(BIND), hex(START_TLS), nested(5, 0xa2));
        for (int i = 0; i < 1_000; i++) {
            var octets = whole.get(i % whole.size()).clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            var _ = say(octets);
        }
        serves();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.connections() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(0, server.connections());
    }

    @Test
    @DisplayName("RFC 4511 §4.14.1 what was sent in clear behind StartTLS is never taken for TLS")
    void injected() throws IOException {
        assertEquals(0, say(hex(START_TLS + BIND)).length);
    }

    @Test
    @DisplayName("several requests at once are answered in order; unbind ends it")
    void pipelined() throws IOException {
        var both = hex(BIND + BIND.replace("020101600", "020102600") + "30050201034200" + BIND);
        try (var in = new ByteArrayInputStream(say(both))) {
            var first = Wire.decode(Wire.next(in, () -> {}).orElseThrow());
            var second = Wire.decode(Wire.next(in, () -> {}).orElseThrow());
            assertEquals(1, first.getMessageID());
            assertEquals(2, second.getMessageID());
            assertEquals(Optional.empty(), Wire.next(in, () -> {}));
        }
    }

    @Test
    @DisplayName("trouble of ours is `unavailable`, and the connection goes on")
    void trouble() throws LDAPException {
        try (var client = new LDAPConnection("127.0.0.1", server.port())) {
            for (var address : List.of("info@example.com", "bug@example.com")) {
                assertEquals(
                        ResultCode.UNAVAILABLE,
                        assertThrows(
                                        LDAPSearchException.class,
                                        () ->
                                                client.search(
                                                        "dc=example,dc=com",
                                                        SearchScope.SUB,
                                                        "(mail=" + address + ")"))
                                .getResultCode());
            }
            assertTrue(client.getRootDSE() != null);
        }
    }

    /// Runs a connection that nobody speaks to, and looks at it so much later.
    private static void watched(Duration later, byte[] said) throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new Socket(listening.getInetAddress(), listening.getLocalPort());
                var taken = listening.accept()) {
            OutputStream out = client.getOutputStream();
            out.write(said);
            var connection =
                    new Connection(
                            taken,
                            false,
                            new Connection.Means(
                                    new Answers(
                                            new Closed(),
                                            new DirectoryRules("dc=example", _ -> false, 3)),
                                    (_, _) -> true,
                                    Optional::empty,
                                    new Semaphore(0)));
            var thread = Thread.ofVirtual().start(connection);
            connection.watch(System.nanoTime() + later.toNanos());
            thread.join();
            assertEquals(-1, client.getInputStream().read());
        }
    }

    @Test
    @DisplayName("a client that is silent for a minute, or sends a message by drops, is let go")
    void slow() throws Exception {
        watched(Duration.ofSeconds(61), new byte[0]);
        watched(Duration.ofSeconds(61), hex("3005"));
    }

    @Test
    @DisplayName("lists and searches for many are large, and bounded in number; others are not")
    void large() {
        var people =
                Stream.iterate(0, i -> i + 1)
                        .limit(21)
                        .map(i -> Filter.equals("mail", "u" + i + "@example.com"))
                        .toList();
        assertTrue(Answers.large(search(SearchScope.SUB, Filter.or(people), "mail")));
        var one = people.getFirst();
        assertTrue(Answers.large(search(SearchScope.SUB, one, "2.5.4.39")));
        assertTrue(Answers.large(search(SearchScope.SUB, one, "AuthorityRevocationList;binary")));
        assertTrue(Answers.large(search(SearchScope.BASE, one, "*")));
        assertTrue(!Answers.large(search(SearchScope.SUB, one, "*", "userCertificate")));
    }

    private static LDAPMessage search(SearchScope scope, Filter filter, String... attributes) {
        return new LDAPMessage(
                1,
                new SearchRequestProtocolOp(
                        "dc=example,dc=com",
                        scope,
                        DereferencePolicy.NEVER,
                        0,
                        0,
                        false,
                        filter,
                        List.of(attributes)));
    }

    @Test
    @DisplayName("what is decoded is written again as it was")
    void round() throws IOException {
        var kept = new ArrayList<LDAPMessage>();
        for (var octets : List.of(hex(BIND), hex(START_TLS), nested(20, 0xa2))) {
            var message = Wire.decode(octets);
            var buffer = new ASN1Buffer();
            message.writeTo(buffer);
            assertEquals(message.toString(), Wire.decode(buffer.toByteArray()).toString());
            kept.add(message);
        }
        assertEquals(3, kept.size());
    }
}
