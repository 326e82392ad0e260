package io.postern.smtp.server;

import io.postern.smtp.Reply;
import io.postern.smtp.sasl.Base64Text;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// The lines of one AUTH exchange: challenges and responses in base64, bounded in length and in
/// number. RFC 4954 §4. Confined to the session's thread.
final class AuthDialogue {
    // SCRAM, the longest that is served, has three responses. A peer can't make an exchange
    // endless.
    private static final int MOST_RESPONSES = 6;
    private static final Reply NOT_BASE64 = Reply.of(501, "5.5.2", "that is not base64 of UTF-8");
    private static final Reply TOO_LONG =
            Reply.of(500, "5.5.6", "authentication exchange line is too long");
    private static final Reply CANCELLED = Reply.of(501, "5.7.0", "authentication cancelled");

    private final Wire wire;
    private final Supplier<Duration> patience;

    AuthDialogue(Wire wire, Supplier<Duration> patience) {
        this.wire = wire;
        this.patience = patience;
    }

    /// Conducts an exchange up to the reply that ends it, which the caller sends.
    ///
    /// @param initial the initial response as given with AUTH; `=` is an empty one
    AuthExchange.Answer conduct(AuthExchange exchange, Optional<String> initial) throws SessionEnd {
        try {
            return exchanged(exchange, initial);
        } catch (SessionEnd gone) {
            var _ = exchange.abandoned(CANCELLED);
            throw gone;
        }
    }

    private AuthExchange.Answer exchanged(AuthExchange exchange, Optional<String> initial)
            throws SessionEnd {
        var response =
                switch (initial.orElse("")) {
                    case "" -> ask(""); // all mechanisms begin with the client: nothing to say yet
                    case "=" -> new Response.Given("");
                    case String given -> decoded(given);
                };
        for (int count = 1; count <= MOST_RESPONSES; count++) {
            switch (response) {
                case Response.Unfit(var reply) -> {
                    return exchange.abandoned(reply);
                }
                case Response.Given(var text) -> {
                    var answer = exchange.respond(text);
                    if (!(answer instanceof AuthExchange.Answer.Challenge(var challenge))) {
                        return answer;
                    }
                    response = ask(challenge);
                }
            }
        }
        return new AuthExchange.Answer.Close(
                Reply.of(421, "4.7.0", "authentication exchange without end"));
    }

    private sealed interface Response {
        record Given(String text) implements Response {}

        record Unfit(Reply reply) implements Response {}
    }

    private Response ask(String challenge) throws SessionEnd {
        if (wire.moreInput()) {
            // RFC 4954 §4: AUTH ends a pipelined group; a response can't precede its challenge.
            throw SessionEnd.telling(
                    Reply.of(503, "5.5.0", "wait for the reply to this command"),
                    "pipelined past AUTH");
        }
        // RFC 4954 §4: no text but the base64, which may be empty. A challenge goes on one line,
        // whatever its length, so it is not a Reply.
        wire.write(("334 " + Base64Text.of(challenge) + "\r\n").getBytes(Wire.ASCII));
        return switch (wire.readLine(patience.get())) {
            case TEXT -> wire.text().equals("*") ? new Response.Unfit(CANCELLED) : read();
            case TOO_LONG -> new Response.Unfit(TOO_LONG);
            case BARE_CR_OR_LF ->
                    throw SessionEnd.telling(
                            Reply.of(500, "5.5.2", "a line ends with CR LF, both"),
                            "bare CR or LF in an AUTH exchange");
        };
    }

    private Response read() {
        return decoded(wire.text());
    }

    private static Response decoded(String base64) {
        return Base64Text.text(base64)
                .<Response>map(Response.Given::new)
                .orElseGet(() -> new Response.Unfit(NOT_BASE64));
    }
}
