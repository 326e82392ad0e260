package io.postern.cli;

import io.postern.km.consent.Draft;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A request as words of the command that does it. The command makes the same request again of its
/// words, and the vault compares: what is wrong here is refused there.
///
/// @param options the command and its options
/// @param positional what stands after the last option, whatever it looks like
record KmRequestWords(List<String> options, List<String> positional) {
    /// Empty for what only the command that made it can do.
    static Optional<KmRequestWords> of(Draft draft) {
        var subject = List.of(draft.subject());
        KmRequestWords words =
                switch (draft.act()) {
                    case "issue" ->
                            new KmRequestWords(
                                    with(
                                            order("issue", draft),
                                            "--usage=" + usage(draft.parameters().get("usages"))),
                                    subject);
                    case "renew" -> new KmRequestWords(order("renew", draft), subject);
                    case "revoke" ->
                            new KmRequestWords(
                                    List.of("revoke", "--reason=" + word(draft, "reason")),
                                    subject);
                    case "hold", "release", "leave" ->
                            new KmRequestWords(List.of(draft.act()), subject);
                    case "recover" ->
                            new KmRequestWords(
                                    with(
                                            List.of("recover", "--form=" + word(draft, "form")),
                                            draft.parameters().containsKey("serial")
                                                    ? "--serial=" + word(draft, "serial")
                                                    : ""),
                                    subject);
                    case "export-ca" -> new KmRequestWords(List.of("export-ca"), List.of());
                    case "add-approver" ->
                            new KmRequestWords(
                                    List.of("approvers", "add"),
                                    List.of(draft.subject(), word(draft, "public")));
                    case "remove-approver" ->
                            new KmRequestWords(List.of("approvers", "remove"), subject);
                    case "set-policy" ->
                            new KmRequestWords(
                                    List.of("policy", "set"),
                                    draft.parameters().entrySet().stream()
                                            .map(one -> one.getKey() + "=" + one.getValue())
                                            .toList());
                    case "remove-slot" -> new KmRequestWords(List.of("slots", "remove"), subject);
                    case "add-slot" -> new KmRequestWords(slot(draft), List.of());
                    default -> null;
                };
        return Optional.ofNullable(words);
    }

    private static List<String> slot(Draft draft) {
        return draft.subject().equals("shares")
                ? List.of(
                        "slots", "add", "--shares=" + word(draft, "need") + "/" + word(draft, "of"))
                : draft.subject().equals("pkcs11")
                        ? List.of("slots", "add") // who does it names library and token
                        : List.of("slots", "add", "--" + draft.subject());
    }

    private static List<String> order(String act, Draft draft) {
        return List.of(
                act,
                "--key=" + word(draft, "key"),
                "--days=" + word(draft, "days"),
                "--form=" + word(draft, "form"));
    }

    private static String usage(@org.jspecify.annotations.Nullable String usages) {
        return usages == null || usages.equals("sign,encrypt") ? "apart" : usages;
    }

    private static List<String> with(List<String> words, String one) {
        var all = new ArrayList<>(words);
        if (!one.isEmpty()) {
            all.add(one);
        }
        return all;
    }

    private static String word(Draft draft, String name) {
        return draft.parameters().getOrDefault(name, "").replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
