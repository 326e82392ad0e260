package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.config.Durations;
import io.postern.gateway.guard.SuspensionView;
import io.postern.gateway.rates.RateView;
import io.postern.gateway.reports.DmarcView;
import io.postern.gateway.seen.SeenPage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
    public List<KeyCheckView> checkDkimKeys(Optional<String> domain) {
        var query = domain.map(name -> Map.of("domain", name)).orElse(Map.of());
        return List.of(get("/v1/dkim/check", query, KeyCheckView[].class));
    }

    @Override
    public KeyView activateDkimKey(KeyName key) {
        return post("/v1/dkim/activate", key, KeyView.class);
    }

    @Override
    public List<KeyView> rotateDkimKeys(Rotation rotation) {
        return List.of(post("/v1/dkim/rotate", rotation, KeyView[].class));
    }

    @Override
    public KeyView retireDkimKey(KeyName key) {
        return post("/v1/dkim/retire", key, KeyView.class);
    }

    @Override
    public List<RateView> rates(Optional<String> key, int limit) {
        var query = new LinkedHashMap<String, String>();
        key.ifPresent(value -> query.put("key", value));
        query.put("limit", Integer.toString(limit));
        return List.of(get("/v1/rates", query, RateView[].class));
    }

    @Override
    public Changed resetRates(RateKey key) {
        return post("/v1/rates/reset", key, Changed.class);
    }

    @Override
    public DmarcView dmarcReport(Optional<String> domain, Instant since, int limit) {
        var query = new LinkedHashMap<String, String>();
        domain.ifPresent(value -> query.put("domain", value));
        query.put("since", since.toString());
        query.put("limit", Integer.toString(limit));
        return get("/v1/dmarc", query, DmarcView.class);
    }

    @Override
    public DmarcImported importDmarc(InputStream from) {
        return answer(() -> http.upload(ControlApi.DMARC_IMPORT, from), DmarcImported.class);
    }

    @Override
    public SeenPage seen(Duration since, Optional<String> after, int limit) {
        var query = new LinkedHashMap<String, String>();
        query.put("since", Durations.print(since));
        after.ifPresent(value -> query.put("after", value));
        query.put("limit", Integer.toString(limit));
        return get("/v1/seen", query, SeenPage.class);
    }

    @Override
    public List<UserView> users() {
        return List.of(get("/v1/users", Map.of(), UserView[].class));
    }

    @Override
    public UserView addUser(NewUser request) {
        return post("/v1/users/add", request, UserView.class);
    }

    @Override
    public UserView setPassword(NewUser request) {
        return post("/v1/users/passwd", request, UserView.class);
    }

    @Override
    public UserView removeUser(UserName user) {
        return post("/v1/users/remove", user, UserView.class);
    }

    @Override
    public List<SuspensionView> suspended() {
        return List.of(get("/v1/users/suspended", Map.of(), SuspensionView[].class));
    }

    @Override
    public void resume(Resumption request) {
        post("/v1/users/resume", request, Resumption.class);
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

    @Override
    public RecipientView recipient(String address) {
        return get("/v1/recipients/check", Map.of("address", address), RecipientView.class);
    }

    @Override
    public List<RecipientSourceView> recipientSources() {
        return List.of(get("/v1/recipients", Map.of(), RecipientSourceView[].class));
    }

    @Override
    public PushedView pushRecipients(String list, InputStream from) {
        return answer(
                () -> http.upload(ControlApi.PUSH + "?list=" + encode(list), from),
                PushedView.class);
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
        return answer(() -> http.exchange(method, target, body), type);
    }

    /// One request.
    private interface Exchange {
        SocketHttp.Answer run() throws IOException;
    }

    private <T> T answer(Exchange exchange, Class<T> type) {
        try {
            var answer = exchange.run();
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
