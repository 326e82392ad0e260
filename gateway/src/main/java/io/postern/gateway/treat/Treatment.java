package io.postern.gateway.treat;

import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningException;
import io.postern.auth.dkim.SigningKey;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.Config.Unsigned;
import io.postern.gateway.events.Figures;
import io.postern.keys.DkimKeys;
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
import java.util.random.RandomGenerator;

/// What is done to a message before it is kept: it leaves byte for byte as it is after this. Safe
/// for many threads.
public final class Treatment {
    private final Config config;
    private final DkimKeys keys;
    private final DkimSigner signer = new DkimSigner();
    private final SignOptions signOptions;
    private final ContentRewriter rewriter;
    private final Figures figures;
    private final RandomGenerator random;
    private final HeaderFirewall firewall;

    public Treatment(
            Config config,
            DkimKeys keys,
            ContentRewriter rewriter,
            Figures figures,
            RandomGenerator random) {
        this.config = config;
        this.keys = keys;
        this.rewriter = rewriter;
        this.figures = figures;
        this.random = random;
        this.firewall = new HeaderFirewall(config);
        var validFor = config.signing().validFor();
        this.signOptions =
                validFor.isZero()
                        ? SignOptions.STANDARD
                        : SignOptions.STANDARD.withValidity(validFor);
    }

    /// Takes the body hash that [#outbound] wants, as the octets pass.
    public BodyHasher hasher() {
        return BodyHasher.of(signOptions);
    }

    /// Whether mail by authors of this domain is signed.
    public boolean signs(Domain domain) {
        return config.own(domain).map(Config.OwnDomain::sign).orElse(false);
    }

    /// How it ended.
    public sealed interface Treated {
        /// As it will leave.
        ///
        /// @param rewritten whether this is another content than the one given, to be closed as
        ///   well
        record Ready(Content content, boolean rewritten) implements Treated {}

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
        var signing = signingDomain(author, decisions);
        if (signing.isEmpty() && task.unsigned() == Unsigned.REFUSE) {
            return refused("author-domain", 550, "5.7.1", whyNotOurs(author));
        }
        List<SigningKey> with = List.of();
        if (signing.isPresent()) {
            with = keysOf(signing.get());
            if (with.isEmpty()) {
                decisions.add(decision("dkim-sign", "no active key", "domain", signing.get()));
                return refused(
                        "dkim-key",
                        451,
                        "4.7.5",
                        "no active DKIM key for " + signing.get() + " yet");
            }
        }
        return rewriteAndSign(task, with, decisions);
    }

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
                yield new Treated.Ready(content.withHeader(header.prepended(top)), rewritten);
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
                    yield new Fit.Yes(other, hashOf(other), true);
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

    private Treated rewriteAndSign(Task task, List<SigningKey> with, List<Decision> decisions) {
        return switch (fit(task, decisions)) {
            case Fit.No(var refused) -> refused;
            case Fit.Yes(var content, var hash, var rewritten) -> {
                var clean = firewall.outbound(content.header(), decisions);
                var header = clean.prepended(missing(clean, task.now(), decisions));
                var top = new ArrayList<HeaderField>();
                top.addAll(sign(header, hash, with, task.now(), decisions));
                top.add(task.received());
                yield new Treated.Ready(content.withHeader(header.prepended(top)), rewritten);
            }
        };
    }

    /// Signs a report of our own; unsigned when its author domain has no key. Takes the content.
    public Content signReport(Content content, Instant now, List<Decision> decisions) {
        var signing = signingDomain(AuthorDomain.of(content.header()), decisions);
        var with = signing.map(this::keysOf).orElse(List.of());
        try {
            var ready = inSevenBits(content, decisions);
            var fields = sign(ready.header(), hashOf(ready), with, now, decisions);
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

    private BodyHash hashOf(Content content) throws IOException {
        var hasher = hasher();
        var buffer = new byte[16 * 1024];
        try (var in = content.openBody()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                hasher.update(buffer, 0, n);
            }
        }
        return hasher.finish().getFirst();
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

    private List<SigningKey> keysOf(Domain domain) {
        var wanted = config.own(domain).map(Config.OwnDomain::algorithms).orElse(List.of());
        var found = new ArrayList<SigningKey>();
        for (var ready : keys.signingKeys(domain)) {
            var algorithm =
                    switch (ready.key().type()) {
                        case RSA -> Config.Algorithm.RSA;
                        case ED25519 -> Config.Algorithm.ED25519;
                    };
            if (wanted.contains(algorithm)) {
                found.add(
                        new SigningKey(
                                domain,
                                ready.key().selector(),
                                algorithm == Config.Algorithm.RSA
                                        ? DkimAlgorithm.RSA_SHA256
                                        : DkimAlgorithm.ED25519_SHA256,
                                ready.privateKey()));
            }
        }
        return found;
    }

    private List<HeaderField> sign(
            HeaderFields header,
            BodyHash hash,
            List<SigningKey> with,
            Instant now,
            List<Decision> decisions) {
        if (with.isEmpty()) {
            decisions.add(decision("dkim-sign", "leaves unsigned"));
            return List.of();
        }
        try {
            var fields = signer.sign(header, hash, with, signOptions, now);
            figures.signatures.increment(fields.size());
            for (var key : with) {
                decisions.add(
                        decision(
                                "dkim-sign",
                                "signed",
                                "d",
                                key.signingDomain(),
                                "s",
                                key.selector(),
                                "a",
                                key.algorithm().tag(),
                                "bh",
                                hash.base64()));
            }
            return fields;
        } catch (SigningException e) {
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
