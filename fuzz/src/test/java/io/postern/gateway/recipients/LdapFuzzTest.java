package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.unboundid.ldap.sdk.Filter;
import io.postern.gateway.config.Directory;
import io.postern.gateway.config.HostPort;
import io.postern.gateway.directory.LdapClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/// What a directory sends, octet for octet, over a real socket: an answer comes back, in time.
class LdapFuzzTest {
    private static final String ENTRY = "300e02010164090405636e3d61623000";
    private static final String DONE = "300c02010165070a010004000400";
    private static volatile byte[] answer = {};
    private static ServerSocket server;
    private static LdapClient client;

    @BeforeAll
    static void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(LdapFuzzTest::serve);
        client =
                new LdapClient(
                        new Directory(
                                "corp",
                                List.of(new HostPort("127.0.0.1", server.getLocalPort())),
                                Directory.Tls.NONE,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                "dc=example,dc=com",
                                List.of("mail"),
                                Optional.empty(),
                                4,
                                Duration.ofSeconds(5),
                                Duration.ofHours(1),
                                Duration.ofMinutes(5),
                                Duration.ZERO,
                                1000));
    }

    @AfterAll
    static void close() throws IOException {
        client.close();
        server.close();
    }

    private static void serve() {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                reply(socket);
            } catch (IOException _) {
                // the client was not interested any more, or it is over
            }
        }
    }

    /// Every message of the answer that begins as one carries the id of the question.
    private static void reply(Socket socket) throws IOException {
        var asked = new byte[4096];
        int length = socket.getInputStream().read(asked);
        if (length < 5) {
            return;
        }
        int at = asked[1] < 0 ? 2 + (asked[1] & 0x7f) : 2;
        var octets = answer.clone();
        for (int i = 0; i + 4 < octets.length; i++) {
            if (octets[i] == 0x30 && octets[i + 2] == 2 && octets[i + 3] == 1) {
                octets[i + 4] = asked[at + 2];
            }
        }
        socket.getOutputStream().write(octets);
    }

    static Stream<byte[]> seeds() {
        return Stream.of(
                        ENTRY + DONE,
                        DONE,
                        "300c02010165070a012004000400", // noSuchObject
                        "300c02010165070a010404000400", // sizeLimitExceeded
                        "3084000000100201016584000000070a010004000400",
                        "30847fffffff020101",
                        "30ff",
                        "3080",
                        "300c02010173070405" + "6c6461703a",
                        "300c02010178070a013404000400", // notice of disconnection
                        "")
                .map(HexFormat.of()::parseHex);
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void answers(byte[] octets) {
        answer = octets;
        assertNotNull(client.ask(Filter.createEqualityFilter("mail", "a@example.com")));
    }
}
