package io.postern.auth.spf;

import io.postern.auth.spf.SpfPart.Kind;
import io.postern.auth.spf.SpfPart.Said;
import io.postern.auth.spf.SpfRecord.Directive;
import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads a domain's SPF record and all that it leads to, without a message: what it costs whoever
/// checks it, and where it can't be evaluated. A check stops at the first match; the survey goes
/// on, so it counts what mail that matches nothing costs. Confined to one survey.
public final class SpfSurvey {
    /// Ten are too many already; beyond these nothing is learnt for what is asked.
    private static final int MOST_TERMS = 60;

    private static final SpfLimits LIMITS = SpfLimits.STANDARD;

    private final Questions questions;
    private final MacroExpander macros;
    private int terms;

    private SpfSurvey(Domain domain, Resolver resolver) {
        questions = new Questions(resolver);
        // No macro that would show the client is ever expanded, see depends.
        var nobody = ClientAddress.of(InetAddress.getLoopbackAddress());
        macros =
                new MacroExpander(
                        new Circumstances(
                                nobody,
                                domain.name(),
                                new Sender.Known(Sender.POSTMASTER, domain.name()),
                                "",
                                Instant.EPOCH),
                        new ReverseNames(questions, nobody, 0));
    }

    /// The record of a domain with its parts. Blocks as long as the resolver does, for at most 180
    /// questions; no more than sixty terms are followed.
    public static SpfPart of(Domain domain, Resolver resolver) {
        return new SpfSurvey(domain, resolver).record(Kind.START, "", domain.name(), List.of());
    }

    /// @param above the domains whose records led here
    private SpfPart record(Kind kind, String term, String domain, List<String> above) {
        if (above.contains(domain)) {
            return end(kind, term, domain, new Said.Wrong("it leads back to " + domain));
        }
        return switch (questions.spf(domain)) {
            case Answer.NoSuchName<String>() ->
                    end(kind, term, domain, new Said.NoRecord(domain + " does not exist"));
            case Answer.NoData<String>() ->
                    end(kind, term, domain, new Said.NoRecord(domain + " has no SPF record"));
            case Answer.TemporaryFailure<String>(var why) ->
                    end(kind, term, domain, new Said.Unknown(Visible.of(why)));
            case Answer.Records<String>(var records, _, _) -> {
                var text = records.getFirst();
                if (records.size() > 1) {
                    // RFC 7208 §4.5.
                    yield end(
                            kind,
                            term,
                            domain,
                            new Said.Wrong(domain + " has " + records.size() + " SPF records"));
                }
                if (text.length() > LIMITS.recordLength()) {
                    yield end(
                            kind,
                            term,
                            domain,
                            new Said.Wrong(
                                    "the record of %s has %d octets"
                                            .formatted(domain, text.length())));
                }
                yield switch (SpfRecord.parse(text)) {
                    case SpfRecord.Parsed.Bad(var where, var why) ->
                            end(
                                    kind,
                                    term,
                                    domain,
                                    new Said.Wrong(
                                            "in the record of %s, \"%s\": %s"
                                                    .formatted(domain, Brief.of(where), why)));
                    case SpfRecord.Parsed.Ok(var record) -> {
                        var path = new ArrayList<>(above);
                        path.add(domain);
                        yield read(kind, term, domain, text, record, path);
                    }
                };
            }
        };
    }

    private static SpfPart end(Kind kind, String term, String name, Said said) {
        return new SpfPart(kind, term, name, said, List.of());
    }

    private SpfPart read(
            Kind kind,
            String term,
            String domain,
            String text,
            SpfRecord record,
            List<String> path) {
        var parts = new ArrayList<SpfPart>();
        var all = Optional.<Directive>empty();
        for (var directive : record.directives()) {
            if (directive.mechanism() instanceof Mechanism.All) {
                // RFC 7208 §5.1: what comes after it is never evaluated, a redirect neither.
                all = Optional.of(directive);
                break;
            }
            if (directive.mechanism().asksTheDns()) {
                parts.add(part(directive, domain, path));
            }
        }
        if (all.isEmpty() && record.redirect().isPresent()) {
            var spec = record.redirect().get();
            parts.add(leads(Kind.REDIRECT, "redirect=" + spec.text(), spec, domain, path));
        }
        var said = new Said.One(Visible.of(text), text.length(), all.map(SpfSurvey::written));
        return new SpfPart(kind, term, domain, said, parts);
    }

    private static String written(Directive all) {
        return switch (all.qualifier()) {
            case PASS -> "+all";
            case FAIL -> "-all";
            case SOFTFAIL -> "~all";
            case NEUTRAL -> "?all";
        };
    }

    private SpfPart part(Directive directive, String domain, List<String> path) {
        var mechanism = directive.mechanism();
        return switch (mechanism) {
            case Mechanism.All(), Mechanism.Ip _ ->
                    throw new IllegalStateException("asks nothing: " + directive.text());
            case Mechanism.Include(var spec) ->
                    leads(Kind.INCLUDE, directive.text(), spec, domain, path);
            case Mechanism.Ptr _ -> {
                terms++;
                yield end(Kind.PTR, Brief.of(directive.text()), "", new Said.Depends());
            }
            case Mechanism.A _ -> asks(Kind.A, directive, domain, this::eitherFamily);
            case Mechanism.Mx _ -> asks(Kind.MX, directive, domain, this::hosts);
            case Mechanism.Exists _ ->
                    asks(
                            Kind.EXISTS,
                            directive,
                            domain,
                            name -> addresses(questions.a(name), name)); // RFC 7208 §5.7
        };
    }

    private SpfPart leads(
            Kind kind, String written, MacroString spec, String domain, List<String> path) {
        var term = Brief.of(written);
        if (depends(spec)) {
            terms++;
            return end(kind, term, "", new Said.Depends());
        }
        if (++terms > MOST_TERMS) {
            return end(kind, term, "", new Said.NotRead());
        }
        return macros.name(spec, domain)
                .map(target -> record(kind, term, target, path))
                .orElseGet(() -> end(kind, term, "", new Said.Wrong("it gives no domain")));
    }

    private SpfPart asks(
            Kind kind, Directive directive, String domain, Function<String, Said> ask) {
        var term = Brief.of(directive.text());
        var spec = directive.mechanism().domainSpec();
        if (spec.isPresent() && depends(spec.get())) {
            terms++;
            return end(kind, term, "", new Said.Depends());
        }
        if (++terms > MOST_TERMS) {
            return end(kind, term, "", new Said.NotRead());
        }
        var target = spec.isPresent() ? macros.name(spec.get(), domain) : Optional.of(domain);
        return target.map(name -> end(kind, term, name, ask.apply(name)))
                .orElseGet(() ->
                        end(kind, term, "", new Said.Nothing("it gives no name that can exist")));
    }

    /// Whether the name is another one for each message: of its client, its HELO, its local part.
    private static boolean depends(MacroString spec) {
        return "slihpv".chars().anyMatch(letter -> spec.uses((char) letter));
    }

    /// A client has one family; a name with either is of use to some.
    private Said eitherFamily(String name) {
        var first = addresses(questions.a(name), name);
        return first instanceof Said.Nothing ? addresses(questions.aaaa(name), name) : first;
    }

    private static Said addresses(Answer<InetAddress> answer, String name) {
        return switch (answer) {
            case Answer.Records<InetAddress> _ -> new Said.Found();
            case Answer.NoSuchName<InetAddress>() -> new Said.Nothing(name + " does not exist");
            case Answer.NoData<InetAddress>() -> new Said.Nothing(name + " has no address");
            case Answer.TemporaryFailure<InetAddress>(var why) -> new Said.Unknown(Visible.of(why));
        };
    }

    private Said hosts(String name) {
        return switch (questions.mx(name)) {
            // RFC 7208 §4.6.4.
            case Answer.Records<MxRecord>(var hosts, _, _) ->
                    hosts.size() > LIMITS.mxHosts()
                            ? new Said.Wrong(
                                    "%s has %d MX hosts, ten are the most"
                                            .formatted(name, hosts.size()))
                            : new Said.Found();
            case Answer.NoSuchName<MxRecord>() -> new Said.Nothing(name + " does not exist");
            case Answer.NoData<MxRecord>() -> new Said.Nothing(name + " has no MX");
            case Answer.TemporaryFailure<MxRecord>(var why) -> new Said.Unknown(Visible.of(why));
        };
    }
}
