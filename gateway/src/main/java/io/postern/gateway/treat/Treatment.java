package io.postern.gateway.treat;

import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.SigningException;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.Config.Unsigned;
import io.postern.gateway.config.DkimConfig;
import io.postern.gateway.signing.Signer;
import io.postern.gateway.signing.Signing;
import io.postern.gateway.signing.Withheld;
import io.postern.keys.KeysException;
import io.postern.keys.ReadySigningKey;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Content;
import io.postern.mail.ContentRewriter;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.MailDate;
import io.postern.mail.MessageId;
import io.postern.mail.NoRoomException;
import io.postern.mail.Room;
import io.postern.mail.Trace;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What is done to a message before it is kept: it leaves byte for byte as it is after this. Safe
/// for many threads.
public final class Treatment {
    private final Config config;
    private final Signing signing;
    private final Signer signer;
    private final ContentRewriter rewriter;
    private final RandomGenerator random;
    private final HeaderFirewall firewall;

    public Treatment(
            Config config, Signing signing, ContentRewriter rewriter, RandomGenerator random) {
        this.config = config;
        this.signing = signing;
        this.signer = signing.signer();
        this.rewriter = rewriter;
        this.random = random;
        this.firewall = new HeaderFirewall(config);
    }

    /// Takes the body hash that [#outbound] wants, as the octets pass.
    public BodyHasher hasher() {
        return signer.hasher();
    }

    /// Whether mail by authors of this domain is signed.
    public boolean signs(Domain domain) {
        return signer.signs(domain);
    }

    /// How it ended.
    public sealed interface Treated {
        /// As it will leave.
        ///
        /// @param rewritten whether this is another content than the one given, to be closed as
        ///   well
        /// @param hold why it is to be held, if it is
        record Ready(Content content, boolean rewritten, Optional<String> hold)
                implements Treated {}

        /// Not acceptable, or not now.
        ///
        /// @param rule which rule says so, for the log
        record Refused(String rule, Reply reply) implements Treated {}
    }

    /// What is to be done to one message.
    ///
    /// @param room what a rewritten body may take
    /// @param bodyHash of `content`, taken by [#hasher]
    /// @param target what the next hops take
    /// @param received the trace field to put on top
    public record Task(
            Content content,
            Room room,
            BodyHash bodyHash,
            ContentRewriter.Target target,
            HeaderField received,
            Unsigned unsigned,
            Instant now) {}

    /// Treats a message that an inside host handed in.
    ///
    /// @param decisions the decision record, added to
    public Treated outbound(Task task, List<Decision> decisions) {
        var loop = loop(task, decisions);
        if (loop.isPresent()) {
            return loop.get();
        }
        var author = AuthorDomain.of(task.content().header());
        var domain = signingDomain(author, decisions);
        if (domain.isEmpty() && task.unsigned() == Unsigned.REFUSE) {
            return refused("author-domain", 550, "5.7.1", whyNotOurs(author));
        }
        var with = domain.map(signer::keysOf).orElse(List.of());
        if (domain.isEmpty() || !with.isEmpty()) {
            return rewriteAndSign(task, with, Optional.empty(), decisions);
        }
        return withoutKey(task, domain.get(), decisions);
    }

    /// None of the domain's keys can sign now.
    private Treated withoutKey(Task task, Domain domain, List<Decision> decisions) {
        var missing = signer.missing(domain).orElse(DkimConfig.Missing.DEFER);
        return switch (missing) {
            case HOLD ->
                    rewriteAndSign(
                            task,
                            List.of(),
                            Optional.of(new Held(domain, signer.whyNone(domain))),
                            decisions);
            case UNSIGNED -> {
                decisions.add(
                        decision(
                                "dkim-sign",
                                "no active key; missing = \"unsigned\"",
                                "domain",
                                domain));
                yield rewriteAndSign(task, List.of(), Optional.empty(), decisions);
            }
            case DEFER -> {
                decisions.add(decision("dkim-sign", "no active key", "domain", domain));
                yield refused(
                        "dkim-key", 451, "4.7.5", "no active DKIM key for " + domain + " yet");
            }
        };
    }

    /// Mail of a domain that is to be held, and why.
    private record Held(Domain domain, String why) {}

    /// Treats a message that a stranger handed in: it goes on as it came, but for what only we may
    /// say and what the next hop can't take. It is not signed.
    ///
    /// @param stamps fields that say who really sent it, to be put on top
    /// @param tags words for the inside server
    /// @param decisions the decision record, added to
    public Treated inbound(
            Task task, List<HeaderField> stamps, List<String> tags, List<Decision> decisions) {
        var loop = loop(task, decisions);
        if (loop.isPresent()) {
            return loop.get();
        }
        return switch (fit(task, decisions)) {
            case Fit.No(var refused) -> refused;
            case Fit.Yes(var content, _, var rewritten) -> {
                // RFC 8601 §4.1, RFC 7208 §9.1: above the Received field of whoever found them.
                var top = new ArrayList<HeaderField>(stamps);
                top.add(task.received());
                for (var tag : tags) {
                    top.add(new HeaderField("X-Postern-Tag", "X-Postern-Tag: " + tag + "\r\n"));
                }
                var header = firewall.inbound(content.header(), decisions);
                yield new Treated.Ready(
                        content.withHeader(header.prepended(top)), rewritten, Optional.empty());
            }
        };
    }

    private Optional<Treated> loop(Task task, List<Decision> decisions) {
        int hops = Trace.hops(task.content().header());
        if (hops <= config.limits().hops()) {
            return Optional.empty();
        }
        decisions.add(decision("loop", "too many Received fields", "hops", hops));
        return Optional.of(
                refused("loop", 554, "5.4.6", "message has passed " + hops + " hops: it loops"));
    }

    /// Whether a content fits the next hop, perhaps as another content.
    private sealed interface Fit {
        record Yes(Content content, BodyHash hash, boolean rewritten) implements Fit {}

        record No(Treated.Refused refused) implements Fit {}
    }

    private Fit fit(Task task, List<Decision> decisions) {
        var content = task.content();
        if (!ContentRewriter.needed(content.facts(), task.target())) {
            return new Fit.Yes(content, task.bodyHash(), false);
        }
        try {
            return switch (rewriter.rewrite(content, task.target(), task.room())) {
                case ContentRewriter.Result.Unchanged _ ->
                        new Fit.Yes(content, task.bodyHash(), false);
                case ContentRewriter.Result.Rewritten(var other, var changes) -> {
                    decisions.add(
                            decision("rewrite", String.join("; ", changes), "for", task.target()));
                    yield new Fit.Yes(other, signer.hashOf(other), true);
                }
                case ContentRewriter.Result.Cannot(var why) -> {
                    decisions.add(decision("rewrite", "impossible: " + why, "for", task.target()));
                    // RFC 3463 §3.7: X.6.3 conversion required but not supported.
                    yield new Fit.No(
                            refused(
                                    "conversion",
                                    554,
                                    "5.6.3",
                                    "content can't be made fit for the next hop: " + why));
                }
            };
        } catch (NoRoomException e) {
            return new Fit.No(refused("room", 452, "4.3.1", e.getMessage() + ", try again later"));
        } catch (IOException e) {
            throw new TreatmentException("content can't be read or written", e);
        }
    }

    /// @param hold why it is to be held unsigned
    private Treated rewriteAndSign(
            Task task, List<ReadySigningKey> with, Optional<Held> hold, List<Decision> decisions) {
        return switch (fit(task, decisions)) {
            case Fit.No(var refused) -> refused;
            case Fit.Yes(var content, var hash, var rewritten) -> {
                var clean = firewall.outbound(content.header(), decisions);
                var header = clean.prepended(missing(clean, task.now(), decisions));
                var signatures = sign(header, hash, with, task.now(), decisions);
                var held =
                        hold.or(() ->
                                proven(
                                        () -> content.withHeader(header.prepended(signatures)),
                                        with,
                                        task.now(),
                                        decisions));
                var top = new ArrayList<HeaderField>(signatures);
                top.add(task.received());
                yield new Treated.Ready(
                        content.withHeader(header.prepended(top)),
                        rewritten,
                        held.map(its -> reason(its, decisions)));
            }
        };
    }

    /// Why a message is to be held that was signed just now.
    private Optional<Held> proven(
            Supplier<Content> signed,
            List<ReadySigningKey> with,
            Instant now,
            List<Decision> decisions) {
        if (with.isEmpty()) {
            return Optional.empty();
        }
        try {
            return signing.sampling()
                    .verify(signed, with, now, decisions)
                    .map(why -> new Held(with.getFirst().key().domain(), why));
        } catch (IOException e) {
            throw new TreatmentException("content can't be read to be verified", e);
        }
    }

    private String reason(Held held, List<Decision> decisions) {
        decisions.add(signing.withheld().add(held.domain(), held.why()));
        return Withheld.BECAUSE + held.why();
    }

    /// Signs a report of our own; unsigned when its author domain has no key. Takes the content.
    public Content signReport(Content content, Instant now, List<Decision> decisions) {
        var domain = signingDomain(AuthorDomain.of(content.header()), decisions);
        var with = domain.map(signer::keysOf).orElse(List.of());
        try {
            var ready = inSevenBits(content, decisions);
            var fields = sign(ready.header(), signer.hashOf(ready), with, now, decisions);
            return ready.withHeader(ready.header().prepended(fields));
        } catch (IOException e) {
            throw new TreatmentException("report can't be read", e);
        }
    }

    /// A report that a next hop can't take is lost, for there is none about a report. So what it
    /// returns of an 8-bit message goes as 7-bit.
    private Content inSevenBits(Content content, List<Decision> decisions) throws IOException {
        var target = ContentRewriter.Target.SEVEN_BIT;
        if (!ContentRewriter.needed(content.facts(), target)) {
            return content;
        }
        return switch (rewriter.rewrite(content, target)) {
            case ContentRewriter.Result.Rewritten(var other, var changes) -> {
                decisions.add(decision("rewrite", String.join("; ", changes), "for", target));
                content.close();
                yield other;
            }
            case ContentRewriter.Result.Unchanged _, ContentRewriter.Result.Cannot _ -> content;
        };
    }

    /// The author domain if it is ours and to be signed.
    private Optional<Domain> signingDomain(AuthorDomain author, List<Decision> decisions) {
        if (author instanceof AuthorDomain.One(var domain, var address)) {
            boolean ours = signs(domain);
            decisions.add(
                    decision(
                            "author-domain",
                            ours ? "ours, to be signed" : "not ours to sign",
                            "from",
                            address));
            return ours ? Optional.of(domain) : Optional.empty();
        }
        decisions.add(decision("author-domain", whyNotOurs(author)));
        return Optional.empty();
    }

    private static String whyNotOurs(AuthorDomain author) {
        return switch (author) {
            case AuthorDomain.One(var domain, _) ->
                    "author domain " + domain + " is not ours to sign";
            case AuthorDomain.NoFrom() -> "message has no From field";
            case AuthorDomain.SeveralFromFields(var count) ->
                    "message has " + count + " From fields";
            case AuthorDomain.SeveralDomains(var domains) ->
                    "From field names authors of " + domains.size() + " domains";
            case AuthorDomain.Unparsable(var why) -> "From field can't be read: " + why;
        };
    }

    private List<HeaderField> sign(
            HeaderFields header,
            BodyHash hash,
            List<ReadySigningKey> with,
            Instant now,
            List<Decision> decisions) {
        if (with.isEmpty()) {
            decisions.add(decision("dkim-sign", "leaves unsigned"));
            return List.of();
        }
        try {
            var fields = signer.sign(header, hash, with, now);
            decisions.addAll(Signer.decisions(with, hash, "signed"));
            return fields;
        } catch (SigningException | KeysException e) {
            throw new TreatmentException("signing failed", e);
        }
    }

    /// RFC 6409 §8.2, §8.3: a submission server may add Date and Message-ID. RFC 5322 §3.6 demands
    /// the first.
    private List<HeaderField> missing(HeaderFields header, Instant now, List<Decision> decisions) {
        var fields = new ArrayList<HeaderField>();
        if (!header.has("Date")) {
            fields.add(new HeaderField("Date", "Date: " + MailDate.format(now) + "\r\n"));
        }
        if (!header.has("Message-ID")) {
            var id = MessageId.make(now, random, config.hostname());
            fields.add(new HeaderField("Message-ID", "Message-ID: " + id + "\r\n"));
        }
        if (!fields.isEmpty()) {
            decisions.add(
                    decision(
                            "complete",
                            "added "
                                    + String.join(
                                            ", ",
                                            fields.stream().map(HeaderField::name).toList())));
        }
        return fields;
    }

    private static Treated.Refused refused(String rule, int code, String enhanced, String text) {
        return new Treated.Refused(rule, Reply.of(code, enhanced, text));
    }

    /// An entry of the decision record; inputs are names and values in turn.
    public static Decision decision(String check, String conclusion, Object... inputs) {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i + 1 < inputs.length; i += 2) {
            all.put(inputs[i].toString(), inputs[i + 1].toString());
        }
        return new Decision(check, conclusion, all);
    }
}
