package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.config.Durations;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Operations on a gateway that runs, through its control socket.
public final class RemoteOperations implements Operations {
    private final SocketHttp http;

    private RemoteOperations(SocketHttp http) {
        this.http = http;
    }

    /// The gateway that answers at the control socket of a data folder; empty when none does.
    public static Optional<Operations> connect(Path data) {
        var http = new SocketHttp(ControlSocket.of(data));
        return http.answers() ? Optional.of(new RemoteOperations(http)) : Optional.empty();
    }

    @Override
    public QueuePage queue(Selection selection, Optional<String> after, int limit) {
        var query = new LinkedHashMap<String, String>();
        selection.id().ifPresent(value -> query.put("id", value));
        selection.domain().ifPresent(value -> query.put("domain", value));
        selection.from().ifPresent(value -> query.put("from", value));
        selection.to().ifPresent(value -> query.put("to", value));
        selection.olderThan().map(Durations::print).ifPresent(v -> query.put("older-than", v));
        selection.newerThan().map(Durations::print).ifPresent(v -> query.put("newer-than", v));
        selection.state().ifPresent(value -> query.put("state", value));
        after.ifPresent(value -> query.put("after", value));
        query.put("limit", Integer.toString(limit));
        return get("/v1/queue", query, QueuePage.class);
    }

    @Override
    public Changed change(QueueAction action, Selection selection) {
        return post("/v1/queue/" + action.word(), selection, Changed.class);
    }

    @Override
    public MessageView message(String id) {
        return get("/v1/messages/" + encode(id), Map.of(), MessageView.class);
    }

    @Override
    public List<MessageView> track(String text, int limit) {
        var query = Map.of("text", text, "limit", Integer.toString(limit));
        return List.of(get("/v1/track", query, MessageView[].class));
    }

    @Override
    public List<KeyView> dkimKeys(Optional<String> domain) {
        var query = domain.map(name -> Map.of("domain", name)).orElse(Map.of());
        return List.of(get("/v1/dkim", query, KeyView[].class));
    }

    @Override
    public List<KeyView> newDkimKeys(NewKeys request) {
        return List.of(post("/v1/dkim/new", request, KeyView[].class));
    }

    @Override
    public KeyView importDkimKey(ImportedKey request) {
        return post("/v1/dkim/import", request, KeyView.class);
    }

    @Override
    public HealthView health() {
        return get("/v1/health", Map.of(), HealthView.class);
    }

    @Override
    public ConfigView config() {
        return get("/v1/config", Map.of(), ConfigView.class);
    }

    @Override
    public Reloaded reload() {
        return post("/v1/reload", Map.of(), Reloaded.class);
    }

    /// Nothing is held between requests.
    @Override
    public void close() {}

    private <T> T get(String path, Map<String, String> query, Class<T> type) {
        var target = new StringBuilder(path);
        char separator = '?';
        for (var entry : query.entrySet()) {
            target.append(separator)
                    .append(entry.getKey())
                    .append('=')
                    .append(encode(entry.getValue()));
            separator = '&';
        }
        return answer("GET", target.toString(), "", type);
    }

    private <T> T post(String path, Object body, Class<T> type) {
        return answer("POST", path, Json.text(body), type);
    }

    private <T> T answer(String method, String target, String body, Class<T> type) {
        try {
            var answer = http.exchange(method, target, body);
            if (answer.status() == 200) {
                return Json.value(answer.body(), type);
            }
            var error = Json.value(answer.body(), ControlApi.ErrorView.class);
            throw new OperationException(
                    Kind.ofStatus(answer.status()), error.error(), error.remedy());
        } catch (IOException e) {
            throw OperationException.unavailable(
                    "the gateway at " + http.socket() + " gave no answer: " + Json.fault(e),
                    "see whether it runs and what its log says",
                    e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
