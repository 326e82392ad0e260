package io.postern.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics and health over TCP")
class MetricsServerTest {
    private static final HealthView GOOD = new HealthView("ok", "", true, 0, 1, 0, List.of());
    private static final HealthView BAD =
            new HealthView("failing", "disk full", true, 0, 0, 0, List.of());

    @Test
    @DisplayName("reads only: metrics, health as 200 or 503, nothing else")
    void pages() throws Exception {
        var health = new AtomicReference<>(GOOD);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = MetricsServer.start(address, () -> "up 1\n", health::get);
                var client = HttpClient.newHttpClient()) {
            assertEquals("200 up 1\n", get(client, server, "/metrics"));
            assertTrue(get(client, server, "/health").startsWith("200 {\"status\":\"ok\""));
            health.set(BAD);
            assertTrue(get(client, server, "/health").startsWith("503 {\"status\":\"failing\""));
            assertTrue(get(client, server, "/v1/queue").startsWith("404"));
            var post =
                    HttpRequest.newBuilder(uri(server, "/health"))
                            .POST(HttpRequest.BodyPublishers.ofString("x"))
                            .build();
            assertEquals(405, client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
            var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
            var refused =
                    assertThrows(
                            OperationException.class,
                            () -> MetricsServer.start(taken, () -> "", () -> GOOD));
            assertTrue(refused.error().contains(":" + server.port()), refused.error());
        }
    }

    private static String get(HttpClient client, MetricsServer server, String path)
            throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(uri(server, path)).build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    private static URI uri(MetricsServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
