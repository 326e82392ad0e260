package io.postern.gateway.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells an operator's system of what must not wait: one HTTP POST of a JSON object each, tried
/// again a few times. Nobody waits for it, and what it can't deliver is in the log and the store
/// all the same.
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    /// Waits before each try after the first.
    public static final List<Duration> WAITS =
            List.of(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(10));

    private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

    /// Told and not answered for; more are not told.
    private static final int MOST_WAITING = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI target;
    private final List<Duration> waits;
    private final HttpClient client;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ScheduledExecutorService tries =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("webhook").daemon().factory());

    /// @param target http or https
    /// @param waits before each try after the first
    public Webhook(URI target, List<Duration> waits) {
        this.target = target;
        this.waits = List.copyOf(waits);
        client =
                HttpClient.newBuilder()
                        .connectTimeout(LONGEST_TRY)
                        // A POST that is sent on elsewhere is not what the operator configured.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /// Sends an object of texts and numbers; returns at once.
    public void tell(Map<String, Object> facts) {
        String body;
        try {
            body = JSON.writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + facts, e);
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            LOG.warn("{} is not told of {}: {} others wait", target, body, MOST_WAITING);
            return;
        }
        var request =
                HttpRequest.newBuilder(target)
                        .timeout(LONGEST_TRY)
                        .header("Content-Type", "application/json")
                        .header("User-Agent", "postern")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        attempt(request, body, 0);
    }

    private void attempt(HttpRequest request, String body, int before) {
        var _ =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                        .handle((response, failure) -> {
                            if (failure == null && response.statusCode() / 100 == 2) {
                                waiting.decrementAndGet();
                            } else {
                                var why =
                                        failure == null
                                                ? "it answered " + response.statusCode()
                                                : String.valueOf(failure);
                                again(request, body, before, why);
                            }
                            return response;
                        });
    }

    private void again(HttpRequest request, String body, int before, String why) {
        if (before >= waits.size()) {
            waiting.decrementAndGet();
            LOG.warn("{} could not be told of {}, and is not tried again: {}", target, body, why);
            return;
        }
        LOG.info("{} could not be told yet: {}", target, why);
        try {
            var _ =
                    tries.schedule(
                            () -> attempt(request, body, before + 1),
                            waits.get(before).toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            waiting.decrementAndGet(); // closed
        }
    }

    /// What has not been told yet.
    public int waiting() {
        return waiting.get();
    }

    /// Gives up what was not told.
    @Override
    public void close() {
        tries.shutdownNow();
        client.shutdownNow();
    }
}
