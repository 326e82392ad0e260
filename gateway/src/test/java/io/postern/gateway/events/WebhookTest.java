package io.postern.gateway.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayName("The webhook")
class WebhookTest {
    private static final List<Duration> TWICE_MORE =
            List.of(Duration.ofMillis(1), Duration.ofMillis(1));

    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final HttpServer server;
    private final AppenderBase<ILoggingEvent> log =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
                        warnings.add(event.getFormattedMessage());
                    }
                }
            };

    WebhookTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext(
                "/hook",
                exchange -> {
                    var body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    boolean fails = failures.getAndDecrement() > 0;
                    bodies.add(exchange.getRequestMethod() + " " + body);
                    exchange.sendResponseHeaders(fails ? 503 : 204, -1);
                    exchange.close();
                });
    }

    @BeforeEach
    void start() {
        server.start();
        log.start();
        logger().addAppender(log);
        logger().setAdditive(false);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        logger().detachAppender(log);
        logger().setAdditive(true);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Webhook.class);
    }

    private URI target() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        return String.valueOf(queue.poll(10, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("posts JSON, with what peers chose neutralised")
    void posts() throws InterruptedException {
        try (var webhook = new Webhook(target(), List.of())) {
            webhook.tell(Map.of("user", "an\"na\n\u00fc"));
            assertEquals("POST {\"user\":\"an\\\"na\\n\u00fc\"}", next(bodies));
        }
    }

    @Test
    @DisplayName("tries again when it is not answered 2xx, as often as it may")
    void triesAgain() throws InterruptedException {
        failures.set(2);
        try (var webhook = new Webhook(target(), TWICE_MORE)) {
            webhook.tell(Map.of("n", 1));
            for (int i = 0; i < 3; i++) {
                assertEquals("POST {\"n\":1}", next(bodies));
            }
            webhook.tell(Map.of("n", 2));
            assertEquals("POST {\"n\":2}", next(bodies));
            // What was not answered yet when it is closed is given up, and that is warned of.
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> {
                        while (webhook.waiting() > 0) {
                            Thread.onSpinWait();
                        }
                    });
        }
        assertEquals(0, warnings.size());
    }

    @Test
    @DisplayName("gives up in the end, and says so")
    void givesUp() throws InterruptedException {
        failures.set(100);
        try (var webhook = new Webhook(target(), TWICE_MORE)) {
            webhook.tell(Map.of("n", 1));
            var warning = next(warnings);
            assertTrue(warning.contains("could not be told of {\"n\":1}"), warning);
            assertTrue(warning.contains("it answered 503"), warning);
            assertEquals(3, bodies.size());
            assertEquals(0, webhook.waiting());
        }
    }

    @Test
    @DisplayName("nobody there: the caller does not wait, and no more than a hundred do")
    void nobodyThere() throws InterruptedException {
        server.stop(0);
        try (var webhook = new Webhook(target(), List.of(Duration.ofHours(1)))) {
            for (int i = 0; i < 101; i++) {
                webhook.tell(Map.of("n", i));
            }
            var warning = next(warnings);
            assertTrue(warning.contains("is not told of {\"n\":100}"), warning);
            assertEquals(100, webhook.waiting());
        }
    }
}
