package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Makes DKIM-Signature header fields. RFC 6376 §5. Immutable, safe for many threads.
public final class DkimSigner {
    private final SignatureFactory signatures;

    /// Signs with the platform's providers, in their order.
    public DkimSigner() {
        this(SignatureFactory.PLATFORM);
    }

    public DkimSigner(SignatureFactory signatures) {
        this.signatures = signatures;
    }

    /// One DKIM-Signature field per key, in the order of the keys, to be put above all fields of
    /// the header section that was signed. Lines are at most 78 octets long unless a name is
    /// longer.
    ///
    /// @param header as it will leave, but for fields added above
    /// @param bodyHash of the body as it will leave, taken for these options
    /// @param now becomes `t=`
    /// @throws SigningException when the key or its provider fails: temporary
    /// @throws IllegalArgumentException when the hash was not taken for these options, or the
    ///   identity is not in the signing domain: our bug
    public List<HeaderField> sign(
            HeaderFields header,
            BodyHash bodyHash,
            List<SigningKey> keys,
            SignOptions options,
            Instant now) {
        if (!bodyHash.request().equals(options.bodyHashRequest())) {
            throw new IllegalArgumentException("body hash taken for " + bodyHash.request());
        }
        var selection = select(header, options);
        var fields = new ArrayList<HeaderField>(keys.size());
        for (var key : keys) {
            fields.add(sign(selection, bodyHash, key, options, now));
        }
        return List.copyOf(fields);
    }

    /// What every key signs alike.
    ///
    /// @param names for `h=`
    /// @param canonical the fields, canonicalized and joined
    private record Selection(List<String> names, String canonical) {}

    private static Selection select(HeaderFields header, SignOptions options) {
        var byName = new HashMap<String, List<HeaderField>>();
        for (var field : header.fields()) {
            byName.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(field);
        }
        var names = new ArrayList<String>();
        var canonical = new StringBuilder(2048);
        for (var name : options.fields().oversigned()) {
            add(name, byName, options, names, canonical);
            // RFC 6376 §5.4.2: one name more than there are fields stands for the absence of
            // another, so a field added later breaks the signature.
            names.add(name);
        }
        for (var name : options.fields().signed()) {
            add(name, byName, options, names, canonical);
        }
        return new Selection(names, canonical.toString());
    }

    private static void add(
            String name,
            Map<String, List<HeaderField>> byName,
            SignOptions options,
            List<String> names,
            StringBuilder canonical) {
        var instances = byName.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        // RFC 6376 §5.4.2: the last instance first.
        for (var field : instances.reversed()) {
            names.add(name);
            canonical.append(options.headerCanonicalization().header(field));
        }
    }

    private HeaderField sign(
            Selection selection,
            BodyHash bodyHash,
            SigningKey key,
            SignOptions options,
            Instant now) {
        var writer = write(selection, bodyHash, key, options, now);
        var own = options.headerCanonicalization().header(writer.unsigned());
        // RFC 6376 §3.7: the signature's own field comes last, without its final CRLF.
        var input =
                selection
                        .canonical()
                        .concat(own.substring(0, own.length() - 2))
                        .getBytes(ISO_8859_1);
        try {
            var signature = signatures.create(key.algorithm().signatureName());
            signature.initSign(key.key());
            signature.update(SignatureInput.of(key.algorithm(), input));
            return writer.signed(Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException | RuntimeException e) {
            // Providers throw unchecked exceptions of their own; whatever it is, the message can
            // wait.
            throw new SigningException("signing with " + key + " failed", e);
        }
    }

    private static SignatureWriter write(
            Selection selection,
            BodyHash bodyHash,
            SigningKey key,
            SignOptions options,
            Instant now) {
        var writer =
                new SignatureWriter()
                        .tag("v", "1")
                        .tag("a", key.algorithm().tag())
                        .tag(
                                "c",
                                options.headerCanonicalization().tag()
                                        + "/"
                                        + options.bodyCanonicalization().tag())
                        .tag("d", key.signingDomain().name())
                        .tag("s", key.selector());
        options.identity()
                .ifPresent(identity -> {
                    requireWithin(identity, key.signingDomain());
                    writer.tag("i", Octets.toQuotedPrintable(identity));
                });
        long seconds = now.getEpochSecond();
        writer.tag("t", Long.toString(seconds));
        options.validity()
                .ifPresent(
                        validity -> writer.tag("x", Long.toString(seconds + validity.toSeconds())));
        return writer.list("h", selection.names()).tag("bh", bodyHash.base64());
    }

    /// RFC 6376 §3.5: the domain of `i=` is that of `d=` or below it.
    private static void requireWithin(String identity, Domain signingDomain) {
        var domain = Domain.parse(identity.substring(identity.lastIndexOf('@') + 1));
        if (domain.isEmpty() || !DkimSignature.isWithin(domain.get(), signingDomain)) {
            throw new IllegalArgumentException(identity + " is not in " + signingDomain);
        }
    }
}
