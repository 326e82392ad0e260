package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.postern.gateway.tls.TlsFiles;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestCertificate;
import io.postern.testkit.TestClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// That a gateway that runs watches its certificates; what is said when is TlsFilesTest's.
@DisplayName("the end of certificates, in a gateway that runs")
@Timeout(60)
class CertificateWatchTest {
    private static final Instant END = Instant.parse("2027-03-01T12:00:00Z");

    @TempDir private Path folder;

    private static final class Warnings extends AppenderBase<ILoggingEvent> {
        final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            said.add(event.getFormattedMessage());
        }
    }

    private static String gauge(House house) {
        return house.gateway()
                .figures()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("postern_tls_certificate_seconds "))
                .findFirst()
                .orElse("none");
    }

    @Test
    @DisplayName(
            "postern_tls_certificate_seconds is the time until the first one ends, and a start warns")
    void gaugeAndWarning() throws Exception {
        var authority = TestCertificate.authority("Test CA");
        var first = authority.issue(END, "gw.example.com", "gw.example.com");
        var second = authority.issue(END.plus(Duration.ofDays(90)), "x", "mail.example.org");
        Files.writeString(folder.resolve("gw.pem"), first.pem());
        Files.writeString(folder.resolve("gw.key"), first.keyPem());
        Files.writeString(folder.resolve("x.pem"), second.pem());
        Files.writeString(folder.resolve("x.key"), second.keyPem());
        var clock = new TestClock(END.minus(Duration.ofDays(10)));
        var more =
                """
                [[certificate]]
                file = "x.pem"
                key = "x.key"
                [[certificate]]
                file = "gw.pem"
                key = "gw.key"
                """;
        var warnings = new Warnings();
        var logger = (Logger) LoggerFactory.getLogger(TlsFiles.class);
        warnings.start();
        logger.addAppender(warnings);
        logger.setAdditive(false);
        try (var house =
                new House(folder, House.config(1, more), clock, Optional.of(FakeDns.empty()))) {
            assertEquals("postern_tls_certificate_seconds 864000.0", gauge(house));
            clock.advance(Duration.ofDays(1));
            assertEquals("postern_tls_certificate_seconds 777600.0", gauge(house));
            clock.advance(Duration.ofDays(10));
            assertEquals("postern_tls_certificate_seconds -86400.0", gauge(house));
            var said = String.valueOf(warnings.said.poll(10, TimeUnit.SECONDS));
            assertTrue(said.contains("gw.pem (gw.example.com, until 2027-03-01T12:00:00Z)"), said);
        } finally {
            logger.detachAppender(warnings);
            logger.setAdditive(true);
        }
    }
}
