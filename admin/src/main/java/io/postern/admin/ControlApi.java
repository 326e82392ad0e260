package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.config.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/// The requests of the control API, apart from HTTP's own matters. Each path is one operation.
final class ControlApi {
    /// A request.
    ///
    /// @param query decoded; the last of a repeated name
    record Request(String method, String path, Map<String, String> query, String body) {}

    /// An answer in JSON.
    record Answer(int status, String body) {}

    /// What every error looks like.
    record ErrorView(String error, String remedy) {}

    private static final String QUEUE = "/v1/queue";
    private static final String RECIPIENTS = "/v1/recipients";

    /// Requests whose body is not JSON, and may be large.
    static final String PUSH = RECIPIENTS + "/push";

    static final String DMARC_IMPORT = "/v1/dmarc/import";

    private static final int DEFAULT_PAGE = 100;

    private final Operations operations;

    ControlApi(Operations operations) {
        this.operations = operations;
    }

    static Answer error(OperationException e) {
        return new Answer(e.kind().status(), Json.text(new ErrorView(e.error(), e.remedy())));
    }

    Answer answer(Request request) {
        try {
            return new Answer(200, Json.text(dispatch(request)));
        } catch (OperationException e) {
            return error(e);
        }
    }

    /// Whether [#answerUpload] answers it.
    static boolean takesUpload(String path) {
        return path.equals(PUSH) || path.equals(DMARC_IMPORT);
    }

    /// The answer to a request whose body is no JSON.
    Answer answerUpload(Request request, InputStream body) {
        try {
            if (!request.method().equals("POST")) {
                throw OperationException.invalid("this is sent with POST", "use POST");
            }
            Object done =
                    request.path().equals(DMARC_IMPORT)
                            ? operations.importDmarc(body)
                            : operations.pushRecipients(given(request, "list"), body);
            return new Answer(200, Json.text(done));
        } catch (OperationException e) {
            return error(e);
        }
    }

    private Object dispatch(Request request) {
        var path = request.path();
        if (request.method().equals("POST")) {
            return post(request);
        }
        if (!request.method().equals("GET")) {
            throw OperationException.invalid(
                    request.method() + " is not used here", "use GET or POST");
        }
        if (path.startsWith("/v1/messages/")) {
            return operations.message(path.substring("/v1/messages/".length()));
        }
        return switch (path) {
            case QUEUE ->
                    operations.queue(
                            selection(request.query()),
                            Optional.ofNullable(request.query().get("after")),
                            limit(request, DEFAULT_PAGE, Limits.PAGE));
            case "/v1/track" ->
                    operations.track(
                            given(request, "text"), limit(request, DEFAULT_PAGE, Limits.TRACK));
            case "/v1/dkim" ->
                    operations.dkimKeys(Optional.ofNullable(request.query().get("domain")));
            case "/v1/dkim/check" ->
                    operations.checkDkimKeys(Optional.ofNullable(request.query().get("domain")));
            case "/v1/rates" ->
                    operations.rates(
                            Optional.ofNullable(request.query().get("key")),
                            limit(request, DEFAULT_PAGE, Limits.PAGE));
            case "/v1/dmarc" ->
                    operations.dmarcReport(
                            Optional.ofNullable(request.query().get("domain")),
                            instant(given(request, "since")),
                            limit(request, DEFAULT_PAGE, Limits.PAGE));
            case "/v1/seen" ->
                    operations.seen(
                            age(given(request, "since")),
                            Optional.ofNullable(request.query().get("after")),
                            limit(request, DEFAULT_PAGE, Limits.SEEN));
            case "/v1/users" -> operations.users();
            case "/v1/users/suspended" -> operations.suspended();
            case "/v1/health" -> operations.health();
            case "/v1/config" -> operations.config();
            case RECIPIENTS -> operations.recipientSources();
            case RECIPIENTS + "/check" -> operations.recipient(given(request, "address"));
            default -> throw unknown(path);
        };
    }

    private Object post(Request request) {
        var path = request.path();
        if (path.startsWith(QUEUE + "/")) {
            var action =
                    QueueAction.of(path.substring(QUEUE.length() + 1))
                            .orElseThrow(() -> unknown(path));
            return operations.change(action, body(request, Selection.class));
        }
        return switch (path) {
            case "/v1/dkim/new" -> operations.newDkimKeys(body(request, NewKeys.class));
            case "/v1/reload" -> operations.reload();
            case "/v1/dkim/import" -> operations.importDkimKey(body(request, ImportedKey.class));
            case "/v1/dkim/activate" -> operations.activateDkimKey(body(request, KeyName.class));
            case "/v1/dkim/rotate" -> operations.rotateDkimKeys(body(request, Rotation.class));
            case "/v1/dkim/retire" -> operations.retireDkimKey(body(request, KeyName.class));
            case "/v1/rates/reset" -> operations.resetRates(body(request, RateKey.class));
            case "/v1/users/add" -> operations.addUser(body(request, NewUser.class));
            case "/v1/users/passwd" -> operations.setPassword(body(request, NewUser.class));
            case "/v1/users/remove" -> operations.removeUser(body(request, UserName.class));
            case "/v1/users/resume" -> resumed(body(request, Resumption.class));
            default -> throw unknown(path);
        };
    }

    private Resumption resumed(Resumption request) {
        operations.resume(request);
        return request;
    }

    private static OperationException unknown(String path) {
        return new OperationException(
                Kind.NOT_FOUND,
                "there is nothing at " + path,
                "the paths begin with /v1/queue, /v1/messages, /v1/track, /v1/dkim, /v1/dmarc,"
                        + " /v1/rates, /v1/seen,"
                        + " /v1/users, /v1/recipients, /v1/health, /v1/config, /v1/reload");
    }

    private static <T> T body(Request request, Class<T> type) {
        try {
            return Json.value(request.body(), type);
        } catch (IOException e) {
            throw OperationException.invalid(
                    "the request's body does not fit: " + Json.fault(e), "send JSON");
        }
    }

    private static Selection selection(Map<String, String> query) {
        return new Selection(
                Optional.ofNullable(query.get("id")),
                Optional.ofNullable(query.get("domain")),
                Optional.ofNullable(query.get("from")),
                Optional.ofNullable(query.get("to")),
                Optional.ofNullable(query.get("older-than")).map(ControlApi::age),
                Optional.ofNullable(query.get("newer-than")).map(ControlApi::age),
                Optional.ofNullable(query.get("state")),
                false);
    }

    private static Duration age(String text) {
        return Durations.parse(text)
                .orElseThrow(() ->
                        OperationException.invalid(
                                text + " is not a length of time",
                                "write it like 90s, 15m, 2h or 5d"));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw OperationException.invalid(
                    text + " is not a time", "write it like 2026-11-22T00:00:00Z");
        }
    }

    private static String given(Request request, String name) {
        var value = request.query().get(name);
        if (value == null || value.isEmpty()) {
            throw OperationException.invalid("the parameter " + name + " is missing", "give it");
        }
        return value;
    }

    private static int limit(Request request, int usual, int most) {
        var text = request.query().get("limit");
        if (text == null) {
            return usual;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number out of range.
        }
        throw OperationException.invalid("limit=" + text + " is out of range", "use 1 to " + most);
    }
}
