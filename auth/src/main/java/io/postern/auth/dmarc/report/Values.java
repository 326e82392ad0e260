package io.postern.auth.dmarc.report;

import io.postern.auth.dmarc.report.AggregateReport.DkimResult;
import io.postern.auth.dmarc.report.AggregateReport.Evaluated;
import io.postern.auth.dmarc.report.AggregateReport.Identifiers;
import io.postern.auth.dmarc.report.AggregateReport.Metadata;
import io.postern.auth.dmarc.report.AggregateReport.PublishedPolicy;
import io.postern.auth.dmarc.report.AggregateReport.Reason;
import io.postern.auth.dmarc.report.AggregateReport.Row;
import io.postern.auth.dmarc.report.AggregateReport.SpfResult;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Elements of a report as values, with a remark about each that had to be read kindly.
final class Values {
    /// More than any provider takes a day; sums of rows stay within a long.
    private static final long MOST_MESSAGES = 1_000_000_000_000L;

    /// RFC 9990 §3.1.3: a row SHOULD have no more.
    private static final int MOST_SIGNATURES = 100;

    private static final Set<String> POLICIES = Set.of("none", "quarantine", "reject");
    private static final Set<String> MODES = Set.of("r", "s");
    private static final Set<String> DKIM =
            Set.of("none", "pass", "fail", "policy", "neutral", "temperror", "permerror");
    private static final Set<String> SPF =
            Set.of("none", "neutral", "pass", "fail", "softfail", "temperror", "permerror");

    private final Remarks remarks;

    Values(Remarks remarks) {
        this.remarks = remarks;
    }

    /// Empty without a period.
    Optional<Metadata> metadata(XmlNode node) {
        var range = node.first("date_range").orElse(node);
        var begin = range.value("begin").flatMap(text -> Times.read(text, remarks));
        var end = range.value("end").flatMap(text -> Times.read(text, remarks));
        if (begin.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        boolean turned = end.get().isBefore(begin.get());
        if (turned) {
            remarks.add("the period ends before it begins: turned round");
        }
        if (node.value("report_id").isEmpty()) {
            remarks.add("no report_id");
        }
        if (node.value("org_name").isEmpty()) {
            remarks.add("no org_name");
        }
        return Optional.of(
                new Metadata(
                        node.value("org_name").orElse(""),
                        node.value("email").orElse(""),
                        node.value("extra_contact_info"),
                        node.value("report_id").orElse(""),
                        turned ? end.get() : begin.get(),
                        turned ? begin.get() : end.get(),
                        node.all("error").stream()
                                .map(XmlNode::text)
                                .filter(text -> !text.isEmpty())
                                .toList(),
                        node.value("generator")));
    }

    /// Empty without a domain.
    Optional<PublishedPolicy> policy(XmlNode node) {
        if (node.value("p").isEmpty()) {
            remarks.add("no p in policy_published");
        }
        return node.value("domain")
                .map(domain ->
                        new PublishedPolicy(
                                name(domain),
                                word(node, "p", POLICIES),
                                word(node, "sp", POLICIES),
                                word(node, "np", POLICIES),
                                word(node, "adkim", MODES),
                                word(node, "aspf", MODES),
                                percent(node),
                                node.value("fo"),
                                word(node, "testing", Set.of("y", "n")),
                                word(node, "discovery_method", Set.of("psl", "treewalk"))));
    }

    private Optional<String> word(XmlNode node, String name, Set<String> words) {
        var word = node.value(name).map(Values::lower);
        if (word.isPresent() && !words.contains(word.get())) {
            remarks.add(name + " is \"" + word.get() + "\", which is none of " + sorted(words));
            return Optional.empty();
        }
        return word;
    }

    private Optional<Integer> percent(XmlNode node) {
        var text = node.value("pct");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            int percent = Integer.parseInt(text.get());
            if (percent >= 0 && percent <= 100) {
                return Optional.of(percent);
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        remarks.add("pct is \"" + text.get() + "\"");
        return Optional.empty();
    }

    /// Empty when the row lacks what makes it a row.
    Optional<Row> row(XmlNode record, int number) {
        var row = record.first("row").orElse(record);
        var source = row.value("source_ip").flatMap(Values::address);
        if (source.isEmpty()) {
            remarks.add(
                    "record "
                            + number
                            + " left out: source_ip is "
                            + row.value("source_ip")
                                    .map(text -> "\"" + text + "\"")
                                    .orElse("absent"));
            return Optional.empty();
        }
        var count = row.value("count").flatMap(Values::count);
        if (count.isEmpty()) {
            remarks.add(
                    "record "
                            + number
                            + " left out: count is "
                            + row.value("count").map(text -> "\"" + text + "\"").orElse("absent"));
            return Optional.empty();
        }
        var results = record.first("auth_results");
        return Optional.of(
                new Row(
                        source.get(),
                        count.get(),
                        evaluated(row),
                        identifiers(record),
                        results.map(this::dkim).orElse(List.of()),
                        results.map(this::spf).orElse(List.of())));
    }

    private static Optional<InetAddress> address(String text) {
        try {
            // Never a look-up: only literals are taken.
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> count(String text) {
        try {
            long count = Long.parseLong(text);
            return count > 0 && count <= MOST_MESSAGES ? Optional.of(count) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Evaluated evaluated(XmlNode row) {
        var node = row.first("policy_evaluated");
        if (node.isEmpty()) {
            remarks.add("no policy_evaluated: taken as none, fail, fail");
            return new Evaluated(Disposition.NONE, false, false, List.of());
        }
        return new Evaluated(
                disposition(node.get()),
                aligned(node.get(), "dkim"),
                aligned(node.get(), "spf"),
                reasons(node.get()));
    }

    private Disposition disposition(XmlNode node) {
        var word = node.value("disposition").map(Values::lower).orElse("");
        for (var one : Disposition.values()) {
            if (one.word().equals(word)) {
                return one;
            }
        }
        remarks.add("disposition is \"" + word + "\", taken as none");
        return Disposition.NONE;
    }

    private boolean aligned(XmlNode node, String name) {
        var word = node.value(name).map(Values::lower).orElse("");
        if (!word.equals("pass") && !word.equals("fail")) {
            remarks.add("policy_evaluated says " + name + " is \"" + word + "\", taken as fail");
        }
        return word.equals("pass");
    }

    private static List<Reason> reasons(XmlNode node) {
        var reasons = new ArrayList<Reason>();
        for (var reason : node.all("reason")) {
            var type = reason.value("type").map(Values::lower);
            var comment = reason.value("comment");
            // One reporter writes an empty one always.
            if (type.isPresent() || comment.isPresent()) {
                reasons.add(new Reason(type.orElse("other"), comment));
            }
        }
        return reasons;
    }

    private Identifiers identifiers(XmlNode record) {
        // RFC 7489's first drafts called it so.
        var node = record.first("identifiers").or(() -> record.first("identities"));
        if (node.flatMap(one -> one.value("header_from")).isEmpty()) {
            remarks.add("no header_from");
        }
        return new Identifiers(
                node.flatMap(one -> one.value("header_from")).map(Values::name).orElse(""),
                // Present but empty means the null reverse-path.
                node.flatMap(one -> one.first("envelope_from"))
                        .map(one -> one.text().equals("<>") ? "" : name(one.text())),
                node.flatMap(one -> one.value("envelope_to")).map(Values::name));
    }

    private List<DkimResult> dkim(XmlNode results) {
        var found = new ArrayList<DkimResult>();
        for (var node : results.all("dkim")) {
            if (found.size() == MOST_SIGNATURES) {
                remarks.add("more than " + MOST_SIGNATURES + " signatures in a record");
                break;
            }
            // Some say "none" of no domain, which is what no element would say.
            node.value("domain")
                    .ifPresent(domain ->
                            found.add(
                                    new DkimResult(
                                            name(domain),
                                            node.value("selector"),
                                            result(node, "dkim", DKIM),
                                            node.value("human_result"))));
        }
        return found;
    }

    private List<SpfResult> spf(XmlNode results) {
        var found = new ArrayList<SpfResult>();
        for (var node : results.all("spf")) {
            if (found.size() == MOST_SIGNATURES) {
                break;
            }
            node.value("domain")
                    .ifPresent(domain ->
                            found.add(
                                    new SpfResult(
                                            name(domain),
                                            word(node, "scope", Set.of("mfrom", "helo")),
                                            result(node, "spf", SPF),
                                            node.value("human_result"))));
        }
        return found;
    }

    private String result(XmlNode node, String method, Set<String> words) {
        var word = node.value("result").map(Values::lower).orElse("");
        // RFC 7489 appendix C says of the first two that they are common.
        var known =
                switch (word) {
                    case "unknown" -> "temperror";
                    case "error" -> "permerror";
                    case "hardfail" -> "fail";
                    case "" -> "none";
                    default -> word;
                };
        if (!known.equals(word)) {
            remarks.add(method + " result \"" + word + "\" read as " + known);
        } else if (!words.contains(word)) {
            remarks.add(method + " result is \"" + word + "\"");
        }
        return known;
    }

    private static String name(String text) {
        var lower = lower(text);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static List<String> sorted(Set<String> words) {
        return words.stream().sorted().toList();
    }
}
