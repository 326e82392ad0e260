package io.postern.auth.spf;

import io.postern.auth.spf.IdentityCheck.Outcome;
import io.postern.auth.spf.Match.Ends;
import io.postern.auth.spf.Match.No;
import io.postern.auth.spf.Match.Yes;
import io.postern.auth.spf.SpfRecord.Directive;
import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.Optional;

/// check_host(): evaluates the record of a domain and of those that it includes or redirects to.
/// RFC 7208 §4, §5, §6.1. The limits are those of the whole check. Confined to it.
///
/// Each include and redirect is a term, so the limit on terms bounds the depth as well.
final class Evaluation {
    private static final Comparator<MxRecord> BY_PREFERENCE =
            Comparator.comparingInt(MxRecord::preference).thenComparing(MxRecord::exchange);

    private final SpfLimits limits;
    private final Circumstances circumstances;
    private final Questions questions;
    private final ReverseNames reverseNames;
    private final MacroExpander macros;
    private int terms;
    private int voidLookups;

    Evaluation(
            SpfLimits limits,
            Circumstances circumstances,
            Questions questions,
            ReverseNames reverseNames,
            MacroExpander macros) {
        this.limits = limits;
        this.circumstances = circumstances;
        this.questions = questions;
        this.reverseNames = reverseNames;
        this.macros = macros;
    }

    /// @param domain in lower case, a name that can be asked for
    Outcome check(String domain) {
        return switch (questions.spf(domain)) {
            case Answer.Records<String>(var records, _, _) ->
                    records.size() == 1
                            ? evaluate(records.getFirst(), domain)
                            // §4.5
                            : permanent(records.size() + " SPF records under " + domain, domain);
            case Answer.NoSuchName<String>() -> none(domain + " does not exist", domain);
            case Answer.NoData<String>() -> none(domain + " has no SPF record", domain);
            // §4.4
            case Answer.TemporaryFailure<String>(var why) ->
                    Outcome.of(temporary(domain, why), domain);
        };
    }

    private static Outcome none(String why, String domain) {
        return Outcome.of(new SpfVerdict.None(why), domain);
    }

    private static Outcome permanent(String why, String domain) {
        return Outcome.of(new SpfVerdict.PermError(why), domain);
    }

    private static SpfVerdict temporary(String name, String why) {
        return new SpfVerdict.TempError(
                "look-up of " + Brief.of(name) + " failed: " + Brief.of(why));
    }

    private Outcome evaluate(String text, String domain) {
        if (text.length() > limits.recordLength()) {
            return permanent(
                    "the record of %s has %d octets".formatted(domain, text.length()), domain);
        }
        return switch (SpfRecord.parse(text)) {
            case SpfRecord.Parsed.Ok(var record) -> evaluate(record, domain);
            case SpfRecord.Parsed.Bad(var term, var why) ->
                    new Outcome(
                            new SpfVerdict.PermError(
                                    "record of %s, \"%s\": %s"
                                            .formatted(domain, Brief.of(term), why)),
                            Optional.of(term),
                            domain,
                            Optional.empty());
        };
    }

    /// §4.6.2: from left to right, until one matches.
    private Outcome evaluate(SpfRecord record, String domain) {
        for (var directive : record.directives()) {
            switch (match(directive, domain)) {
                case Yes() -> {
                    var verdict = directive.qualifier().verdict();
                    questions.note(about(directive, domain, "matches, " + verdict.word()));
                    return decided(verdict, directive.text(), domain, record);
                }
                case No() -> {}
                case Ends(var verdict) -> {
                    questions.note(about(directive, domain, verdict.word()));
                    return decided(verdict, directive.text(), domain, record);
                }
            }
        }
        if (record.redirect().isPresent()) {
            return redirect(record.redirect().get(), domain);
        }
        questions.note(domain + ": nothing matches, neutral"); // §4.7
        return Outcome.of(new SpfVerdict.Neutral(), domain);
    }

    private static Outcome decided(
            SpfVerdict verdict, String term, String domain, SpfRecord record) {
        return new Outcome(verdict, Optional.of(term), domain, record.exp());
    }

    private static String about(Directive directive, String domain, String what) {
        return domain + ": " + Visible.of(directive.text()) + " " + what;
    }

    /// §6.1: the other domain's record instead, with its own explanation (§6.2).
    private Outcome redirect(MacroString spec, String domain) {
        var term = Optional.of("redirect=" + spec.text());
        if (++terms > limits.terms()) {
            return new Outcome(tooManyTerms(), term, domain, Optional.empty());
        }
        var target = macros.name(spec, domain).filter(_ -> !namesNobody(spec));
        if (target.isEmpty()) {
            return new Outcome(
                    new SpfVerdict.PermError(Brief.of(term.get()) + " gives no domain"),
                    term,
                    domain,
                    Optional.empty());
        }
        questions.note(domain + ": nothing matches, on to " + target.get());
        var outcome = check(target.get());
        return outcome.verdict() instanceof SpfVerdict.None(var why)
                ? new Outcome(
                        new SpfVerdict.PermError("redirect: " + why),
                        term,
                        domain,
                        Optional.empty())
                : outcome;
    }

    private SpfVerdict tooManyTerms() {
        return new SpfVerdict.PermError("more than " + limits.terms() + " terms that need the DNS");
    }

    private Match match(Directive directive, String domain) {
        var mechanism = directive.mechanism();
        if (!mechanism.asksTheDns()) {
            return mechanism instanceof Mechanism.Ip(var network)
                            && !network.contains(circumstances.client())
                    ? new No()
                    : new Yes();
        }
        if (++terms > limits.terms()) {
            return new Ends(tooManyTerms());
        }
        var spec = mechanism.domainSpec();
        if (spec.isPresent() && namesNobody(spec.get())) {
            questions.note(about(directive, domain, "can't match: the local part is not ASCII"));
            return new No();
        }
        var target = spec.isPresent() ? macros.name(spec.get(), domain) : Optional.of(domain);
        if (target.isEmpty()) {
            questions.note(about(directive, domain, "gives no name that could exist"));
            return mechanism instanceof Mechanism.Include
                    ? new Ends(new SpfVerdict.PermError("include: not a domain")) // §5.2
                    : new No();
        }
        var match = ask(mechanism, target.get());
        if (match instanceof No) {
            questions.note(about(directive, domain, "does not match"));
        }
        return match;
    }

    /// RFC 8616 §4: a term with `s` or `l` never matches when the local part is not ASCII.
    private boolean namesNobody(MacroString spec) {
        return !circumstances.sender().isAscii() && (spec.uses('s') || spec.uses('l'));
    }

    private Match ask(Mechanism mechanism, String target) {
        return switch (mechanism) {
            case Mechanism.All(), Mechanism.Ip _ -> new Yes();
            case Mechanism.Include _ -> include(target);
            case Mechanism.A(_, var cidr) ->
                    addresses(
                            questions.addresses(target, circumstances.client()),
                            cidr.of(circumstances.client()),
                            target);
            case Mechanism.Mx(_, var cidr) -> mx(target, cidr.of(circumstances.client()));
            case Mechanism.Ptr _ -> ptr(target);
            // §5.7: A even if the client has an IPv6 address; any address will do.
            case Mechanism.Exists _ ->
                    switch (questions.a(target)) {
                        case Answer.Records<InetAddress> _ -> new Yes();
                        case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() ->
                                nothingFound();
                        case Answer.TemporaryFailure<InetAddress>(var why) ->
                                new Ends(temporary(target, why));
                    };
        };
    }

    /// §4.6.4: a term whose question found nothing. It is the term that counts, so the hosts of an
    /// `mx` and the reverse names of a client do not.
    private Match nothingFound() {
        return ++voidLookups > limits.voidLookups()
                ? new Ends(
                        new SpfVerdict.PermError(
                                "more than " + limits.voidLookups() + " terms find nothing"))
                : new No();
    }

    /// §5.2: the table there.
    private Match include(String target) {
        return switch (check(target).verdict()) {
            case SpfVerdict.Pass() -> new Yes();
            case SpfVerdict.Fail _, SpfVerdict.SoftFail _, SpfVerdict.Neutral _ -> new No();
            case SpfVerdict.TempError error -> new Ends(error);
            case SpfVerdict.PermError error -> new Ends(error);
            case SpfVerdict.None(var why) -> new Ends(new SpfVerdict.PermError("include: " + why));
        };
    }

    private Match addresses(Answer<InetAddress> answer, int prefix, String name) {
        return switch (answer) {
            case Answer.Records<InetAddress>(var addresses, _, _) ->
                    anyInNetwork(addresses, prefix) ? new Yes() : new No();
            case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> nothingFound();
            case Answer.TemporaryFailure<InetAddress>(var why) -> new Ends(temporary(name, why));
        };
    }

    private boolean anyInNetwork(Iterable<InetAddress> addresses, int prefix) {
        var client = circumstances.client().octets();
        for (var address : addresses) {
            if (IpNetwork.sameNetwork(address.getAddress(), client, prefix)) {
                return true;
            }
        }
        return false;
    }

    /// §5.4.
    private Match mx(String target, int prefix) {
        return switch (questions.mx(target)) {
            case Answer.Records<MxRecord>(var hosts, _, _) -> {
                // In one order, so that the result does not hang on that of the answer.
                var inOrder = hosts.stream().sorted(BY_PREFERENCE).toList();
                for (int i = 0; i < inOrder.size(); i++) {
                    var host = inOrder.get(i).exchange();
                    if (host.isEmpty()) {
                        continue; // RFC 7505: the null MX
                    }
                    if (i >= limits.mxHosts()) { // §4.6.4
                        yield new Ends(
                                new SpfVerdict.PermError(
                                        "%s has %d MX hosts".formatted(target, inOrder.size())));
                    }
                    switch (questions.addresses(host, circumstances.client())) {
                        case Answer.Records<InetAddress>(var addresses, _, _) -> {
                            if (anyInNetwork(addresses, prefix)) {
                                yield new Yes();
                            }
                        }
                        case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> {}
                        case Answer.TemporaryFailure<InetAddress>(var why) -> {
                            yield new Ends(temporary(host, why));
                        }
                    }
                }
                yield new No();
            }
            case Answer.NoSuchName<MxRecord>(), Answer.NoData<MxRecord>() -> nothingFound();
            case Answer.TemporaryFailure<MxRecord>(var why) -> new Ends(temporary(target, why));
        };
    }

    /// §5.5.
    private Match ptr(String target) {
        if (reverseNames.anyIn(target)) {
            return new Yes();
        }
        return reverseNames.isEmpty() ? nothingFound() : new No();
    }
}
