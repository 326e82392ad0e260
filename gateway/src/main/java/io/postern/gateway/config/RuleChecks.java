package io.postern.gateway.config;

import io.postern.smtp.EnhancedStatusCode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What no single key of a `[[rule]]` can say. Its condition is read by whoever asks the rules.
final class RuleChecks {
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /// RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets, code and line end included.
    private static final int LONGEST_TEXT = 300;

    private static final int LONGEST_TAG = 64;
    private static final int MOST_RULES = 1000;

    private final Binder binder;
    private final List<String> wrong;
    private final String path;
    private final RuleConfig rule;

    private RuleChecks(Binder binder, List<String> wrong, String path, RuleConfig rule) {
        this.binder = binder;
        this.wrong = wrong;
        this.path = path;
        this.rule = rule;
    }

    static void check(Config config, Binder binder, List<String> wrong) {
        var rules = config.rule();
        if (rules.size() > MOST_RULES) {
            wrong.add(
                    binder.place("rule[" + MOST_RULES + "]")
                            + "there are "
                            + rules.size()
                            + " rules; at most "
                            + MOST_RULES);
            return;
        }
        var names = new HashSet<String>();
        for (int i = 0; i < rules.size(); i++) {
            var checks = new RuleChecks(binder, wrong, "rule[" + i + "]", rules.get(i));
            checks.name(names);
            checks.reply();
            checks.others();
            checks.listeners(config);
        }
    }

    private void add(String key, String what) {
        wrong.add(binder.place(path + "." + key) + "rule " + rule.name() + ": " + what);
    }

    private void name(Set<String> names) {
        if (!NAME.matcher(rule.name()).matches()) {
            add(
                    "name",
                    "a name is 1 to 63 lower-case letters, digits and hyphens, such as no-dynamic-hosts");
        } else if (!names.add(rule.name())) {
            add("name", "another rule has this name; decision records could not tell them apart");
        }
    }

    private void reply() {
        String action = word(rule.action());
        if (!rule.action().replies()) {
            if (rule.code().isPresent() || rule.status().isPresent() || rule.text().isPresent()) {
                String key =
                        rule.code().isPresent()
                                ? "code"
                                : rule.status().isPresent() ? "status" : "text";
                add(key, action + " gives no reply of its own; remove code, status and text");
            }
            if (rule.close()) {
                add("close", action + " does not end a session; remove close");
            }
            return;
        }
        int wanted = rule.action() == RuleConfig.Action.REFUSE ? 5 : 4;
        rule.code().ifPresent(code -> code(code, wanted, action));
        rule.status()
                .ifPresent(status -> {
                    if (EnhancedStatusCode.parse(status)
                            .filter(parsed -> parsed.kind() == wanted)
                            .isEmpty()) {
                        add(
                                "status",
                                "status of "
                                        + action
                                        + " is an enhanced status code such as "
                                        + wanted
                                        + ".7.1, not \""
                                        + status
                                        + "\"");
                    }
                });
        rule.text().ifPresent(this::text);
    }

    // RFC 5321 §4.2: the second digit is 0 to 5. RFC 3463 §2: the classes of both codes agree.
    private void code(int code, int wanted, String action) {
        if (code / 100 != wanted || code / 10 % 10 > 5) {
            String range = wanted == 5 ? "500 to 559" : "400 to 459";
            add("code", "code of " + action + " is " + range + ", not " + code);
        }
    }

    private void text(String text) {
        if (text.isBlank() || text.length() > LONGEST_TEXT) {
            add("text", "text is 1 to " + LONGEST_TEXT + " characters");
        } else if (text.chars().anyMatch(c -> c < ' ' || c > '~')) {
            // RFC 5321 §4.2: textstring; UTF-8 only towards clients that asked (RFC 6531 §3.7.4).
            add("text", "text is one line of printable ASCII");
        } else if (EnhancedStatusCode.leading(text).isPresent()) {
            add("text", "text begins with an enhanced status code; put that into status");
        }
    }

    private void others() {
        String action = word(rule.action());
        boolean waits = rule.action().replies() || rule.action() == RuleConfig.Action.TARPIT;
        if (!waits && !rule.delay().isZero()) {
            add("delay", action + " does not wait; remove delay");
        }
        boolean tags =
                rule.action() == RuleConfig.Action.TAG || rule.action() == RuleConfig.Action.HOLD;
        if (rule.tag().isPresent() && !tags) {
            add("tag", action + " writes no tag; remove tag, or make the action tag");
        }
        rule.tag().ifPresent(this::tag);
    }

    private void tag(String tag) {
        if (rule.action() == RuleConfig.Action.TAG && !TAG.matcher(tag).matches()) {
            add("tag", "a tag is 1 to 64 letters, digits, hyphens, dots and underscores");
        } else if (tag.isBlank()
                || tag.length() > LONGEST_TAG
                || tag.chars().anyMatch(c -> c < ' ' || c > '~')) {
            add("tag", "a reason is 1 to " + LONGEST_TAG + " printable ASCII characters");
        }
    }

    private void listeners(Config config) {
        for (int i = 0; i < rule.listener().size(); i++) {
            String wanted = rule.listener().get(i);
            var known =
                    config.listener().stream()
                            .flatMap(one ->
                                    List.of(
                                            word(one.role()),
                                            word(one.role()) + "-" + one.address().port())
                                            .stream())
                            .distinct()
                            .toList();
            if (!known.contains(wanted)) {
                Optional<String> nearest = Nearest.to(wanted, known);
                add(
                        "listener",
                        "there is no listener or role \""
                                + wanted
                                + "\""
                                + nearest.map(one -> "; did you mean " + one + "?")
                                        .orElse("; there are " + String.join(", ", known)));
            }
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
