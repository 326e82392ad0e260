package io.postern.km.consent;

import io.postern.keys.Base32;
import io.postern.km.audit.CanonicalJson;
import io.postern.km.secret.KmException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What somebody wants done: the part of a request that is compared with the act that is really
/// done. Nothing secret.
///
/// @param act such as `recover`
/// @param subject what it is done to; addresses in lower case
/// @param parameters all else that tells one such act from another
public record Draft(String act, String subject, Map<String, String> parameters) {
    private static final int LONGEST = 1_000;

    /// @throws KmException when something in it is too long to be shown to people
    public Draft {
        parameters = Map.copyOf(parameters);
        if (subject.length() > LONGEST
                || parameters.size() > 20
                || parameters.values().stream().anyMatch(value -> value.length() > LONGEST)) {
            throw new KmException(
                    "the request is too long: names and values have at most %d characters"
                            .formatted(LONGEST));
        }
    }

    /// Many acts of one kind as one: what is approved is the hash of the whole list.
    ///
    /// @param items one or more, all of the same act
    /// @throws KmException when they are none, or of different acts
    public static Draft batch(List<Draft> items) {
        if (items.isEmpty()
                || items.stream().anyMatch(one -> !one.act.equals(items.getFirst().act))) {
            throw new KmException("a batch is a list of one kind of act, with one or more in it");
        }
        var list = items.stream().map(Draft::hash).sorted().collect(Collectors.joining("\n"));
        return new Draft(
                Operation.batch(items.getFirst().act),
                items.size() + " in a list",
                Map.of("list", sha256(list), "count", items.size() + ""));
    }

    /// Whether it stands for many.
    public boolean isBatch() {
        return Operation.isBatch(act);
    }

    /// SHA-256 of its canonical form, in hexadecimal digits.
    public String hash() {
        return sha256(CanonicalJson.write(members()));
    }

    TreeMap<String, Object> members() {
        var object = new TreeMap<String, Object>();
        object.put("op", act);
        object.put("subject", subject);
        parameters.forEach((name, value) -> object.put(ActRequest.PARAMETER + name, value));
        return object;
    }

    static String sha256(String text) {
        return HexFormat.of().formatHex(Base32.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// For people: `recover of info@example.com (form MODERN)`.
    public String words() {
        var all =
                new TreeMap<>(parameters)
                        .entrySet().stream()
                                .map(one -> one.getKey() + " " + one.getValue())
                                .collect(Collectors.joining(", "));
        return act + " of " + subject + (all.isEmpty() ? "" : " (" + all + ")");
    }
}
