package io.postern.gateway.takeover;

import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dkim.SigningException;
import io.postern.auth.dkim.SigningKey;
import io.postern.gateway.config.Config;
import io.postern.keys.GivenKey;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Sets what the old set-up would sign beside what the gateway would, message by message, as if a
/// trusted host had handed them in; and signs with the keys that can be taken over, to show that
/// the records that belong to them verify it. The DNS is not asked. Confined to one thread.
public final class Comparison {
    private final Takeover old;
    private final Config config;
    private final List<Ready> keys = new ArrayList<>();
    private final DkimVerifier verifier;

    private record Ready(Domain owner, KeyType type, SigningKey key) {}

    /// Call `CryptoProviders.install` before.
    ///
    /// @param config the gateway's
    public Comparison(Takeover old, Config config) {
        this.old = old;
        this.config = config;
        var records = new OldRecords();
        for (var key : old.keys()) {
            if (key.state() instanceof OldKey.State.Usable usable
                    && GivenKey.parse(usable.text().text())
                            instanceof Outcome.Done<GivenKey>(var given)) {
                var signing =
                        new SigningKey(
                                usable.owner(),
                                key.selector(),
                                algorithm(given.type()),
                                given.privateKey());
                keys.add(new Ready(usable.owner(), given.type(), signing));
                records.add(signing.dnsName(), usable.type(), usable.publicKey());
            }
        }
        keys.sort(Comparator.comparing(Ready::type).thenComparing(ready -> ready.key().selector()));
        verifier = new DkimVerifier(records, DkimPolicy.STANDARD);
    }

    /// What became of one message.
    ///
    /// @param before signatures by the old set-up, as `d=… s=…`; empty when it leaves unsigned
    /// @param after signatures by the gateway
    /// @param why in words, when they differ or there is none
    /// @param verified which of `after` were made and verified with the record of the old key
    public record Compared(
            Verdict verdict,
            List<String> before,
            List<String> after,
            String why,
            List<String> verified) {
        public Compared {
            before = List.copyOf(before);
            after = List.copyOf(after);
            verified = List.copyOf(verified);
        }
    }

    /// Whether something changes.
    public enum Verdict {
        SAME("same"),
        /// Signed before and after, with other names.
        DIFFERENT("differs"),
        /// Signed before, and not after.
        NO_LONGER("no longer signed"),
        /// Signed after, and not before.
        NEWLY("newly signed"),
        /// Signed neither before nor after.
        UNSIGNED("unsigned");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /// For a list.
        public String words() {
            return words;
        }
    }

    private static DkimAlgorithm algorithm(KeyType type) {
        return switch (type) {
            case RSA -> DkimAlgorithm.RSA_SHA256;
            case ED25519 -> DkimAlgorithm.ED25519_SHA256;
        };
    }

    /// Compares for one message.
    ///
    /// @param hash of its body, taken for [SignOptions#STANDARD]
    /// @throws IOException when the content can't be read
    public Compared compare(Content content, BodyHash hash, Instant now) throws IOException {
        var before =
                old.signatures(content.header()).stream()
                        .map(OldSigner.Signature::name)
                        .distinct()
                        .toList();
        var author = AuthorDomain.of(content.header());
        var signing = signing(author);
        var with = signing.map(this::keysOf).orElse(List.of());
        var after = with.stream().map(Comparison::name).toList();
        var why = with.isEmpty() ? whyNot(author, signing) : difference(before, after);
        return new Compared(
                verdict(before, after), before, after, why, verified(content, hash, with, now));
    }

    private static String name(SigningKey key) {
        return "d=" + key.signingDomain() + " s=" + key.selector();
    }

    private static Verdict verdict(List<String> before, List<String> after) {
        if (before.isEmpty()) {
            return after.isEmpty() ? Verdict.UNSIGNED : Verdict.NEWLY;
        }
        if (after.isEmpty()) {
            return Verdict.NO_LONGER;
        }
        return new LinkedHashSet<>(before).equals(new LinkedHashSet<>(after))
                ? Verdict.SAME
                : Verdict.DIFFERENT;
    }

    private static String difference(List<String> before, List<String> after) {
        if (before.isEmpty()) {
            return "the old set-up does not sign for this author";
        }
        var gone = before.stream().filter(one -> !after.contains(one)).toList();
        var come = after.stream().filter(one -> !before.contains(one)).toList();
        var words = new ArrayList<String>();
        if (!gone.isEmpty()) {
            words.add("without " + String.join(", ", gone));
        }
        if (!come.isEmpty()) {
            words.add("also " + String.join(", ", come));
        }
        return String.join("; ", words);
    }

    /// As the gateway decides: the author domain, if it is ours and to be signed.
    private Optional<Domain> signing(AuthorDomain author) {
        return author instanceof AuthorDomain.One(var domain, _)
                        && config.own(domain).map(Config.OwnDomain::sign).orElse(false)
                ? Optional.of(domain)
                : Optional.empty();
    }

    private List<SigningKey> keysOf(Domain domain) {
        var wanted = config.own(domain).map(Config.OwnDomain::algorithms).orElse(List.of());
        return keys.stream()
                .filter(ready -> ready.owner().equals(domain))
                .filter(ready ->
                        wanted.contains(
                                switch (ready.type()) {
                                    case RSA -> Config.Algorithm.RSA;
                                    case ED25519 -> Config.Algorithm.ED25519;
                                }))
                .map(Ready::key)
                .toList();
    }

    private String whyNot(AuthorDomain author, Optional<Domain> signing) {
        if (signing.isPresent()) {
            return "deferred with 451: no key of " + signing.get() + " can be taken over";
        }
        var why =
                switch (author) {
                    case AuthorDomain.One(var domain, _) ->
                            config.own(domain).isPresent()
                                    ? domain + " has sign = false"
                                    : domain + " is no [[domain]]";
                    case AuthorDomain.NoFrom() -> "it has no From field";
                    case AuthorDomain.SeveralFromFields(var count) ->
                            "it has " + count + " From fields";
                    case AuthorDomain.SeveralDomains(var domains) ->
                            "its authors are of " + domains.size() + " domains";
                    case AuthorDomain.Unparsable(var reason) ->
                            "its From field can't be read: " + reason;
                };
        boolean passes =
                config.listener().stream()
                        .anyMatch(one ->
                                one.role().sendsOut() && one.unsigned() == Config.Unsigned.PASS);
        return why + (passes ? ": leaves unsigned" : ": refused with 550");
    }

    private List<String> verified(
            Content content, BodyHash hash, List<SigningKey> with, Instant now) throws IOException {
        if (with.isEmpty()) {
            return List.of();
        }
        // Samples may have been signed by the old set-up; those keys are not asked for here.
        var bare = content.header().without("DKIM-Signature");
        try {
            var fields = new DkimSigner().sign(bare, hash, with, SignOptions.STANDARD, now);
            var run = verifier.start(bare.prepended(fields), now);
            var buffer = new byte[16 * 1024];
            try (var body = content.openBody()) {
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    run.body(buffer, 0, n);
                }
            }
            return run.finish().stream()
                    .filter(SignatureResult::passed)
                    .map(one ->
                            "d="
                                    + one.signingDomain().map(Domain::name).orElse("")
                                    + " s="
                                    + one.selector().orElse(""))
                    .toList();
        } catch (SigningException _) {
            return List.of();
        }
    }
}
