package io.postern.auth.published;

import io.postern.auth.spf.SpfLimits;
import io.postern.auth.spf.SpfPart;
import io.postern.auth.spf.SpfPart.Kind;
import io.postern.auth.spf.SpfPart.Said;
import io.postern.auth.spf.SpfQuery;
import io.postern.auth.spf.SpfSurvey;
import io.postern.auth.spf.SpfVerdict;
import io.postern.auth.spf.SpfVerifier;
import io.postern.dns.Answer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Collectors;

/// A domain's SPF record with all that it leads to. RFC 7208.
final class SpfCheck {
    /// §4.6.4.
    private static final int LOOKUPS = SpfLimits.STANDARD.terms();

    private static final int VOIDS = SpfLimits.STANDARD.voidLookups();

    /// §3.4: the answer SHOULD fit 512 octets, headers and the other TXT records included.
    private static final int LONG = 450;

    private static final int SHOWN = 4;
    private static final String VERSION = "v=spf1";

    private final Subject subject;
    private final Asking dns;
    private final Findings findings;

    /// The record with all that was advised so far: the last one proposed has everything.
    private String repaired = VERSION;

    SpfCheck(Subject subject, Asking dns, Findings findings) {
        this.subject = subject;
        this.dns = dns;
        this.findings = findings;
    }

    void check() {
        var domain = subject.domain();
        var survey = SpfSurvey.of(domain, dns);
        switch (survey.said()) {
            case Said.NoRecord _ ->
                    findings.warning(
                            Topic.SPF,
                            "there is no SPF record: others can't tell which hosts send for the domain",
                            Wanted.spf(subject));
            case Said.Unknown(var why) -> findings.unknown(Topic.SPF, "TXT " + domain, why);
            case Said.Wrong(var why) ->
                    findings.error(
                            Topic.SPF,
                            why + ": everybody gets permerror; publish one that is right");
            case Said.One record -> record(survey, record);
            case Said.Found(), Said.Nothing _, Said.Depends(), Said.NotRead() ->
                    throw new IllegalStateException("not said of a record: " + survey.said());
        }
    }

    private void record(SpfPart survey, Said.One record) {
        repaired = text();
        parts(survey);
        cost(survey);
        lastResort(survey);
        if (record.octets() > LONG) {
            findings.advice(
                    Topic.SPF,
                    "the record has %d octets; over %d and answers may not fit (RFC 7208 §3.4)"
                            .formatted(record.octets(), LONG));
        }
        boolean sound = !findings.has(Topic.SPF, Level.ERROR);
        for (var sender : subject.senders()) {
            sender(sender, sound);
        }
        if (subject.senders().isEmpty()) {
            findings.advice(
                    Topic.SPF,
                    subject.gateway()
                            .flatMap(Subject.Gateway::smartHost)
                            .map(host ->
                                    "mail leaves by %s: what its operator says must be in the record; check one of its addresses with --ip"
                                            .formatted(Texts.brief(host)))
                            .orElse(
                                    "which addresses mail leaves from is not known here: name them with --ip"));
        }
    }

    private void parts(SpfPart survey) {
        var voids = survey.all().filter(part -> part.said() instanceof Said.Nothing).toList();
        survey.all().skip(1).forEach(this::part);
        for (var part : voids) {
            var why = ((Said.Nothing) part.said()).why();
            findings.advice(Topic.SPF, part.term() + " finds nothing: " + why + "; remove it");
        }
        if (voids.size() > VOIDS) {
            findings.error(
                    Topic.SPF,
                    "%d terms find nothing, %d are the most (RFC 7208 §4.6.4): permerror"
                            .formatted(voids.size(), VOIDS));
        }
        var reverse =
                survey.all()
                        .filter(part -> part.kind() == Kind.PTR)
                        .map(SpfPart::term)
                        .distinct()
                        .collect(Collectors.joining(", "));
        if (!reverse.isEmpty()) {
            findings.warning(
                    Topic.SPF,
                    reverse + " should not be used: slow, and passed over by many (RFC 7208 §5.5)");
        }
    }

    private void part(SpfPart part) {
        switch (part.said()) {
            case Said.Wrong(var why) ->
                    findings.error(Topic.SPF, part.term() + " is a permerror: " + why);
            case Said.NoRecord(var why) ->
                    // §5.2, §6.1.
                    findings.error(
                            Topic.SPF, part.term() + " is a permerror: " + why + "; remove it");
            case Said.Unknown(var why) ->
                    findings.unknown(Topic.SPF, part.term() + ": " + part.name(), why);
            case Said.One(_, _, var all) when part.kind() == Kind.INCLUDE -> {
                if (all.filter("+all"::equals).isPresent()) {
                    findings.error(
                            Topic.SPF,
                            part.term() + " ends in +all: anybody may send as the domain");
                }
            }
            case Said.One _, Said.Found(), Said.Nothing _, Said.Depends(), Said.NotRead() -> {}
        }
    }

    private void cost(SpfPart survey) {
        int lookups = survey.lookups();
        boolean more = survey.all().anyMatch(part -> part.said() instanceof Said.NotRead);
        var count = (more ? "more than " : "") + lookups + " of " + LOOKUPS + " look-ups";
        var dearest =
                survey.parts().stream()
                        .filter(part -> part.lookups() > 1)
                        .sorted(Comparator.comparingInt(SpfPart::lookups).reversed())
                        .limit(SHOWN)
                        .map(part -> part.term() + " " + part.lookups())
                        .collect(Collectors.joining(", "));
        var where = dearest.isEmpty() ? "" : "; the most by " + dearest;
        if (lookups > LOOKUPS) {
            findings.error(
                    Topic.SPF,
                    "it needs "
                            + count
                            + " (RFC 7208 §4.6.4): permerror for all mail that no earlier term matches"
                            + where);
        } else if (lookups >= LOOKUPS - 1) {
            findings.advice(
                    Topic.SPF, "it needs " + count + ": an include that grows breaks it" + where);
        } else if (!findings.has(Topic.SPF, Level.ERROR)) {
            findings.ok(Topic.SPF, "one record that can be read, " + count + where);
        }
    }

    private void lastResort(SpfPart survey) {
        boolean known =
                survey.all()
                        .filter(part -> part.kind() == Kind.REDIRECT)
                        .allMatch(part -> part.said() instanceof Said.One);
        switch (survey.lastResort().orElse("")) {
            case "-all", "~all" -> {}
            case "+all" ->
                    findings.error(
                            Topic.SPF,
                            "it ends in +all: anybody may send as the domain",
                            replaced("+all", "~all"));
            case "?all" ->
                    findings.warning(
                            Topic.SPF,
                            "it ends in ?all, which says nothing of all other hosts",
                            replaced("?all", "~all"));
            default -> {
                if (known) {
                    findings.warning(
                            Topic.SPF,
                            "it does not end in ~all or -all, so it says nothing of other hosts",
                            replaced("", "~all"));
                }
            }
        }
    }

    /// The record with another ending, if it has that one itself.
    private String replaced(String all, String other) {
        int at = all.isEmpty() ? -1 : repaired.lastIndexOf(all);
        var kept =
                at >= 0
                        ? repaired.substring(0, at)
                        : repaired.endsWith(" all")
                                ? repaired.substring(0, repaired.length() - 3)
                                : repaired;
        repaired = kept.stripTrailing() + " " + other;
        return ZoneLine.txt(subject.domain().name(), repaired);
    }

    private String text() {
        return dns.txt(subject.domain().name()) instanceof Answer.Records<String>(var texts, _, _)
                ? texts.stream()
                        .filter(text -> text.regionMatches(true, 0, VERSION, 0, VERSION.length()))
                        .findFirst()
                        .orElse(VERSION)
                : VERSION;
    }

    private void sender(InetAddress sender, boolean sound) {
        var domain = subject.domain();
        var helo = subject.gateway().map(gateway -> gateway.host().name()).orElse(domain.name());
        // The time is for explanations only, which nobody sees here.
        var result =
                new SpfVerifier(dns, SpfLimits.STANDARD, helo)
                        .mailFrom(
                                new SpfQuery(sender, helo, "postmaster@" + domain), Instant.EPOCH);
        var address = sender.getHostAddress();
        switch (result.verdict()) {
            case SpfVerdict.Pass() ->
                    findings.ok(
                            Topic.SPF,
                            "mail from %s passes%s"
                                    .formatted(
                                            address,
                                            result.mechanism()
                                                    .map(term -> " by " + Texts.brief(term))
                                                    .orElse("")));
            case SpfVerdict.TempError(var why) ->
                    findings.unknown(Topic.SPF, "whether mail from " + address + " passes", why);
            case SpfVerdict.PermError(var why) -> {
                if (sound) {
                    findings.error(Topic.SPF, "mail from " + address + " gets permerror: " + why);
                }
            }
            case SpfVerdict.Fail _,
                    SpfVerdict.SoftFail(),
                    SpfVerdict.Neutral(),
                    SpfVerdict.None _ ->
                    findings.error(
                            Topic.SPF,
                            "mail from " + address + " does not pass: " + result.verdict().word(),
                            permitting(sender));
        }
    }

    /// The record with one more address, before all that asks the DNS.
    private String permitting(InetAddress sender) {
        repaired = VERSION + " " + Wanted.mechanism(sender) + repaired.substring(VERSION.length());
        return ZoneLine.txt(subject.domain().name(), repaired);
    }
}
