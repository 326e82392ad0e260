package io.postern.km.consent;

import io.postern.km.audit.CanonicalJson;
import io.postern.km.secret.KmException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What approvers sign: an act on one vault, good once and until a time.
///
/// @param draft the act
/// @param reason why, in the words of who asks; may be empty
/// @param nonce random, so that no two requests are the same
/// @param expires in whole seconds
/// @param vault the vault's identifier
public record ActRequest(Draft draft, String reason, String nonce, Instant expires, String vault) {
    static final String PARAMETER = "parameter:";

    /// How long a request is good when nobody says otherwise.
    public static final Duration DAY = Duration.ofHours(24);

    /// Longer ones are forgotten by those who signed them.
    public static final Duration LONGEST = Duration.ofDays(30);

    private static final int LONGEST_REASON = 300;
    private static final String KIND = "postern/km/v1/act-request";

    /// Cuts the time to seconds.
    ///
    /// @throws KmException when the reason is too long
    public ActRequest {
        expires = expires.truncatedTo(ChronoUnit.SECONDS);
        if (reason.length() > LONGEST_REASON) {
            throw new KmException(
                    "the reason is longer than %d characters: say it shorter"
                            .formatted(LONGEST_REASON));
        }
    }

    /// The canonical form (RFC 8785): the same request is always the same octets.
    public String text() {
        var object = draft.members();
        object.put("kind", KIND);
        object.put("reason", reason);
        object.put("nonce", nonce);
        object.put("expires", expires.toString());
        object.put("vault", vault);
        return CanonicalJson.write(object);
    }

    /// A request that was written; empty when it is not one, to the octet.
    public static Optional<ActRequest> parse(String text) {
        return CanonicalJson.read(text)
                .flatMap(ActRequest::of)
                .filter(request -> request.text().equals(text));
    }

    private static Optional<ActRequest> of(Map<String, Object> object) {
        var words = new TreeMap<String, String>();
        for (var entry : object.entrySet()) {
            if (!(entry.getValue() instanceof String word)) {
                return Optional.empty();
            }
            words.put(entry.getKey(), word);
        }
        var parameters = new TreeMap<String, String>();
        words.forEach((name, value) -> {
            if (name.startsWith(PARAMETER)) {
                parameters.put(name.substring(PARAMETER.length()), value);
            }
        });
        if (words.size() != parameters.size() + 7
                || !KIND.equals(words.get("kind"))
                || !words.keySet()
                        .containsAll(
                                java.util.List.of(
                                        "op", "subject", "reason", "nonce", "expires", "vault"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ActRequest(
                            new Draft(
                                    words.getOrDefault("op", ""),
                                    words.getOrDefault("subject", ""),
                                    parameters),
                            words.getOrDefault("reason", ""),
                            words.getOrDefault("nonce", ""),
                            Instant.parse(words.getOrDefault("expires", "")),
                            words.getOrDefault("vault", "")));
        } catch (DateTimeException | KmException e) {
            return Optional.empty();
        }
    }

    /// SHA-256 of the canonical form, in hexadecimal digits: what the audit names.
    public String hash() {
        return Draft.sha256(text());
    }

    /// What a signature is over.
    byte[] signed() {
        return ("postern/km/v1/approval|" + text()).getBytes(StandardCharsets.UTF_8);
    }
}
