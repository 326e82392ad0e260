package io.postern.gateway.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.postern.gateway.config.ConfigReader;
import io.postern.testkit.TestCertificate;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("the certificates in force")
class TlsFilesTest {
    private static final Instant END = Instant.parse("2027-03-01T12:00:00Z");
    private static final TestCertificate AUTHORITY = TestCertificate.authority("Test CA");

    @TempDir private Path folder;

    private final TestClock clock = new TestClock(END.minus(Duration.ofDays(60)));
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private int written;

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
        logger().setAdditive(false);
    }

    @AfterEach
    void hush() {
        logger().detachAppender(log);
        logger().setAdditive(true);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(TlsFiles.class);
    }

    /// The warnings since this was last asked.
    private List<String> warnings() {
        var said =
                log.list.stream()
                        .filter(event -> event.getLevel() == Level.WARN)
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList();
        log.list.clear();
        return said;
    }

    private void certificate(String name, Instant until) throws IOException {
        var made = AUTHORITY.issue(until, name + ".example.com", name + ".example.com");
        write(name + ".pem", made.pem());
        write(name + ".key", made.keyPem());
    }

    /// Writes a file at a time of its own: two writes may be one tick of the file system's clock.
    private void write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.writeString(path, text);
        Files.setLastModifiedTime(path, FileTime.from(END.plusSeconds(++written)));
    }

    private TlsFiles files(String more) throws IOException {
        return new TlsFiles(
                ConfigReader.parse(
                        """
                        hostname = "gw.example.com"
                        [[certificate]]
                        file = "gw.pem"
                        key = "gw.key"
                        [[listener]]
                        role = "outbound"
                        address = "127.0.0.1:2525"
                        %s
                        [[domain]]
                        name = "example.com"
                        """
                                .formatted(more),
                        "test",
                        folder),
                clock);
    }

    private List<String> warningsAt(TlsFiles files, Duration beforeEnd) {
        clock.advance(Duration.between(clock.instant(), END.minus(beforeEnd)));
        files.watchExpiry();
        files.watchExpiry();
        return warnings();
    }

    @Test
    @DisplayName("30 days, 7 days and the end are each said once")
    void expiry() throws IOException {
        certificate("gw", END);
        var files = files("");
        var name = folder.resolve("gw.pem") + " (gw.example.com, until " + END + ")";
        assertEquals(List.of(), warningsAt(files, Duration.ofDays(30).plusSeconds(1)));
        assertEquals(
                List.of("the certificate " + name + " ends in 30 days: renew it"),
                warningsAt(files, Duration.ofDays(30)));
        assertEquals(List.of(), warningsAt(files, Duration.ofDays(7).plusSeconds(1)));
        assertEquals(
                List.of("the certificate " + name + " ends in 7 days: renew it"),
                warningsAt(files, Duration.ofDays(7)));
        assertEquals(List.of(), warningsAt(files, Duration.ofSeconds(1)));
        assertEquals(
                List.of("the certificate " + name + " has ended: renew it"),
                warningsAt(files, Duration.ZERO));
        assertEquals(List.of(), warningsAt(files, Duration.ofDays(-30)));
    }

    @Test
    @DisplayName(
            "a gateway that starts late says only what is so; a new certificate is watched anew")
    void expiryAtStart() throws IOException {
        certificate("gw", END);
        var files = files("");
        assertEquals(1, warningsAt(files, Duration.ofDays(3)).size());
        certificate("gw", END.plus(Duration.ofDays(20)));
        files.look();
        var said = warningsAt(files, Duration.ofDays(2));
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.getFirst().contains(" ends in 22 days"), said::toString);
    }

    @Test
    @DisplayName("the first end is that of all certificates, of listeners too")
    void firstEnd() throws IOException {
        certificate("gw", END);
        certificate("own", END.minus(Duration.ofDays(5)));
        var files = files("tls_certificate = \"own.pem\"\ntls_key = \"own.key\"");
        assertEquals(Optional.of(END.minus(Duration.ofDays(5))), files.firstEnd());
        var said = warningsAt(files, Duration.ofDays(34));
        assertEquals(1, said.size(), said::toString);
        assertTrue(said.getFirst().contains("own.example.com"), said::toString);
    }

    @Test
    @DisplayName("a changed file is put in force without a command; an unchanged one is left alone")
    void changed() throws IOException {
        certificate("gw", END);
        var files = files("");
        var before = files.context(0).orElseThrow();
        files.look();
        assertSame(before, files.context(0).orElseThrow());
        certificate("gw", END.plus(Duration.ofDays(90)));
        files.look();
        assertNotSame(before, files.context(0).orElseThrow());
        assertEquals(Optional.of(END.plus(Duration.ofDays(90))), files.firstEnd());
        assertEquals(List.of(), warnings());
    }

    @Test
    @DisplayName("changed authorities of clients are noticed too")
    void changedAuthorities() throws IOException {
        certificate("gw", END);
        write("ca.pem", AUTHORITY.pem());
        var files = files("client_ca = \"ca.pem\"");
        var before = files.context(0).orElseThrow();
        write("ca.pem", TestCertificate.authority("Other CA").pem());
        files.look();
        assertNotSame(before, files.context(0).orElseThrow());
    }

    @Test
    @DisplayName("a changed file that is no good is said once, the old one stays until it is good")
    void bad() throws IOException {
        certificate("gw", END);
        var files = files("");
        var before = files.context(0).orElseThrow();
        // As renewal does it: the certificate is new, the key is not yet.
        var next = AUTHORITY.issue(END.plus(Duration.ofDays(90)), "gw", "gw.example.com");
        write("gw.pem", next.pem());
        files.look();
        files.look();
        var said = warnings();
        assertEquals(1, said.size(), said::toString);
        assertTrue(
                said.getFirst().contains("gw.key is not the key of the first certificate"),
                said::toString);
        assertSame(before, files.context(0).orElseThrow());
        assertEquals(Optional.of(END), files.firstEnd());
        Files.delete(folder.resolve("gw.key"));
        files.look();
        files.look();
        assertEquals(1, warnings().size());
        write("gw.key", next.keyPem());
        files.look();
        assertEquals(Optional.of(END.plus(Duration.ofDays(90))), files.firstEnd());
        assertEquals(List.of(), warnings());
    }
}
