package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Makes DKIM-Signature header fields. RFC 6376 §5. Immutable, safe for many threads.
public final class DkimSigner {
    private final SignaturePrimitive primitive;

    /// Signs with the platform's providers, in their order.
    public DkimSigner() {
        this(SignatureFactory.PLATFORM);
    }

    public DkimSigner(SignatureFactory signatures) {
        primitive = new SignaturePrimitive(signatures);
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
        var selection =
                FieldSelection.of(header, options.fields(), options.headerCanonicalization());
        var fields = new ArrayList<HeaderField>(keys.size());
        for (var key : keys) {
            fields.add(sign(selection, bodyHash, key, options, now));
        }
        return List.copyOf(fields);
    }

    private HeaderField sign(
            FieldSelection selection,
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
        return writer.signed(primitive.sign(key, input));
    }

    private static SignatureWriter write(
            FieldSelection selection,
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
