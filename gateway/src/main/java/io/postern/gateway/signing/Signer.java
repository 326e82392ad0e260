package io.postern.gateway.signing;

import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimSigner;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SigningKey;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.gateway.events.Figures;
import io.postern.keys.DkimKeys;
import io.postern.keys.ReadySigningKey;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.store.Decision;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Signs with the keys of our domains, as the configuration wants it. Safe for many threads.
public final class Signer {
    private final Config config;
    private final DkimKeys keys;
    private final Figures figures;
    private final DkimSigner signer = new DkimSigner();
    private final SignOptions options;

    public Signer(Config config, DkimKeys keys, Figures figures) {
        this.config = config;
        this.keys = keys;
        this.figures = figures;
        var validFor = config.signing().validFor();
        this.options =
                validFor.isZero()
                        ? SignOptions.STANDARD
                        : SignOptions.STANDARD.withValidity(validFor);
    }

    /// Takes the body hash that [#sign] wants, as the octets pass.
    public BodyHasher hasher() {
        return BodyHasher.of(options);
    }

    /// The same of a content that is at hand.
    ///
    /// @throws IOException when it can't be read
    public BodyHash hashOf(Content content) throws IOException {
        var hasher = hasher();
        var buffer = new byte[16 * 1024];
        try (var in = content.openBody()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                hasher.update(buffer, 0, n);
            }
        }
        return hasher.finish().getFirst();
    }

    /// Whether mail by authors of this domain is signed.
    public boolean signs(Domain domain) {
        return config.own(domain).map(Config.OwnDomain::sign).orElse(false);
    }

    /// The keys that the domain's mail is signed with now, RSA first; empty when there are none.
    public List<ReadySigningKey> keysOf(Domain domain) {
        return config.own(domain).map(own -> OwnRules.signing(keys, own)).orElse(List.of());
    }

    /// Why [#keysOf] a domain is empty, in words.
    public String whyNone(Domain domain) {
        return keys.signingKeys(domain).isEmpty()
                ? "no key of " + domain + " is in the DNS"
                : "no key of " + domain + " of the types in its `algorithms` is in the DNS";
    }

    /// What becomes of mail of a domain that has no key to sign with; empty when it never had one.
    public Optional<DkimConfig.Missing> missing(Domain domain) {
        return keys.list(domain).stream().anyMatch(key -> key.firstActive().isPresent())
                ? config.own(domain)
                        .map(own -> own.dkim().missing().orElse(config.dkim().missing()))
                : Optional.empty();
    }

    /// One DKIM-Signature field per key, in their order, to be put above all fields of the header
    /// section.
    ///
    /// @param bodyHash as of [#hasher]
    /// @throws io.postern.auth.dkim.SigningException when a key or its provider fails: temporary
    public List<HeaderField> sign(
            HeaderFields header, BodyHash bodyHash, List<ReadySigningKey> with, Instant now) {
        var fields =
                signer.sign(
                        header,
                        bodyHash,
                        with.stream().map(Signer::signingKey).toList(),
                        options,
                        now);
        figures.signatures.increment(fields.size());
        return fields;
    }

    private static SigningKey signingKey(ReadySigningKey ready) {
        return new SigningKey(
                ready.key().domain(),
                ready.key().selector(),
                dkimAlgorithm(ready),
                ready.privateKey());
    }

    private static DkimAlgorithm dkimAlgorithm(ReadySigningKey ready) {
        return switch (ready.key().type()) {
            case RSA -> DkimAlgorithm.RSA_SHA256;
            case ED25519 -> DkimAlgorithm.ED25519_SHA256;
        };
    }

    /// What the decision record says of signatures, one entry for each.
    ///
    /// @param words such as `signed`
    public static List<Decision> decisions(
            List<ReadySigningKey> with, BodyHash bodyHash, String words) {
        return with.stream().map(ready -> decision(ready, bodyHash, words)).toList();
    }

    private static Decision decision(ReadySigningKey ready, BodyHash bodyHash, String words) {
        var inputs = new LinkedHashMap<>(madeBy(ready.key().domain(), ready.key().selector()));
        inputs.put("a", dkimAlgorithm(ready).tag());
        inputs.put("bh", bodyHash.base64());
        return new Decision("dkim-sign", words, inputs);
    }

    /// By which inputs the decision about a signature is found in the queue.
    static Map<String, String> madeBy(Domain domain, String selector) {
        var inputs = new LinkedHashMap<String, String>();
        inputs.put("d", domain.name());
        inputs.put("s", selector);
        return inputs;
    }
}
