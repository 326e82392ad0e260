package io.postern.auth.arc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.Canonicalization;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.FieldSelection;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SignaturePrimitive;
import io.postern.auth.dkim.SignedFields;
import io.postern.auth.dkim.SigningException;
import io.postern.auth.dkim.SigningKey;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// Adds a set to a chain, or begins one. RFC 8617 §5.1. Immutable, safe for many threads.
public final class ArcSealer {
    /// What became of a wish to seal.
    public sealed interface Sealing {
        /// Three fields to be put above all others, in this order.
        record Sealed(List<HeaderField> fields) implements Sealing {
            public Sealed {
                fields = List.copyOf(fields);
            }
        }

        /// Nothing is to be added.
        record NotSealed(String why) implements Sealing {}
    }

    /// Signs octets; base64.
    @FunctionalInterface
    interface Primitive {
        String sign(byte[] octets);
    }

    /// Who seals, and how.
    ///
    /// @param lineLength octets of a line, CRLF excluded. The fold in `b=` of a message signature
    ///   is in what the seal covers
    record Sealer(
            String domain,
            String selector,
            DkimAlgorithm algorithm,
            Primitive primitive,
            int lineLength) {}

    /// RFC 5322 §2.1.1: lines SHOULD be no longer.
    private static final int LINE = 78;

    /// DKIM's fields and the signatures of those before (RFC 8617 §4.1.2 SHOULD). Never a field of
    /// ARC's, nor Authentication-Results (§4.1.2 MUST NOT).
    private static final SignedFields FIELDS =
            new SignedFields(
                    SignedFields.STANDARD.oversigned(),
                    Stream.concat(
                                    SignedFields.STANDARD.signed().stream(),
                                    Stream.of("DKIM-Signature"))
                            .toList());

    private final SignaturePrimitive primitive;

    public ArcSealer(SignatureFactory signatures) {
        primitive = new SignaturePrimitive(signatures);
    }

    /// The body hash that [#seal] needs.
    public static BodyHash.Request bodyHashRequest() {
        return SignOptions.STANDARD.bodyHashRequest();
    }

    /// Seals a message as it will leave.
    ///
    /// @param header all fields, those of the chain so far among them
    /// @param bodyHash of the body as it will leave, for [#bodyHashRequest]
    /// @param chain what the chain came to when the message was received, before anything was
    ///   changed
    /// @param results what was found then; the receiver may add `arc=` (§5.1)
    /// @param now becomes `t=`
    /// @throws SigningException when the key or its provider fails: temporary
    /// @throws IllegalArgumentException when the hash was taken for something else, or the verdict
    ///   is not about the chain of this header section: our bug
    public Sealing seal(
            HeaderFields header,
            BodyHash bodyHash,
            ArcVerdict chain,
            AuthenticationResults results,
            SigningKey key,
            Instant now) {
        if (!bodyHash.request().equals(bodyHashRequest())) {
            throw new IllegalArgumentException("body hash taken for " + bodyHash.request());
        }
        var sealer =
                new Sealer(
                        key.signingDomain().name(),
                        key.selector(),
                        key.algorithm(),
                        octets -> primitive.sign(key, octets),
                        LINE);
        return seal(header, bodyHash, chain, results, sealer, FIELDS, now);
    }

    static Sealing seal(
            HeaderFields header,
            BodyHash bodyHash,
            ArcVerdict verdict,
            AuthenticationResults results,
            Sealer sealer,
            SignedFields fields,
            Instant now) {
        if (verdict instanceof ArcVerdict.TempError(var why)) {
            // cv=fail can't be taken back by anybody, and cv=pass would not be true.
            return new Sealing.NotSealed("the chain could not be checked: " + why);
        }
        var before = new SealInput();
        int last;
        ChainStatus status;
        switch (Chain.of(header)) {
            case Chain.Absent() -> {
                last = 0;
                status = status(verdict, ChainStatus.NONE);
            }
            case Chain.Broken(_, int highest, boolean failedBefore) -> {
                if (failedBefore) {
                    return new Sealing.NotSealed("the chain says itself that it failed");
                }
                last = highest;
                status = status(verdict, ChainStatus.FAIL);
            }
            case Chain.Whole(var links) -> {
                // §5.1 step 2: after cv=fail nothing is added.
                if (links.getLast().seal().status() == ChainStatus.FAIL) {
                    return new Sealing.NotSealed("the chain says itself that it failed");
                }
                last = links.size();
                status =
                        status(
                                verdict,
                                verdict instanceof ArcVerdict.Fail
                                        ? ChainStatus.FAIL
                                        : ChainStatus.PASS);
                if (status == ChainStatus.PASS) {
                    links.forEach(link ->
                            before.add(
                                    link.resultsField(), link.signatureField(), link.sealField()));
                }
                // §5.1.2: a chain that failed is sealed as if this set were the only one.
            }
        }
        if (last == Chain.MAX_SETS) {
            // §4.2.1
            return new Sealing.NotSealed("the chain has " + last + " sets");
        }
        return new Sealing.Sealed(
                set(header, bodyHash, results, sealer, fields, now, before, last + 1, status));
    }

    private static ChainStatus status(ArcVerdict verdict, ChainStatus wanted) {
        if (!verdict.word().equals(wanted.word())) {
            throw new IllegalArgumentException(
                    "verdict " + verdict.word() + " where the chain is " + wanted.word());
        }
        return wanted;
    }

    private static List<HeaderField> set(
            HeaderFields header,
            BodyHash bodyHash,
            AuthenticationResults results,
            Sealer sealer,
            SignedFields fields,
            Instant now,
            SealInput before,
            int instance,
            ChainStatus status) {
        var resultsField = results.numberedField(instance);
        var time = Long.toString(now.getEpochSecond());
        var selection = FieldSelection.of(header, fields, Canonicalization.RELAXED);
        var signature =
                new TagWriter(Chain.SIGNATURE, sealer.lineLength())
                        .tag("a", sealer.algorithm().tag())
                        .signature()
                        .tag("bh", bodyHash.base64())
                        .tag("c", "relaxed/relaxed")
                        .tag("d", sealer.domain())
                        .list("h", selection.names())
                        .tag("i", Integer.toString(instance))
                        .tag("s", sealer.selector())
                        .tag("t", time);
        var own = Canonicalization.RELAXED.header(signature.field(""));
        var signatureField =
                signature.field(
                        sealer.primitive()
                                .sign(
                                        // RFC 6376 §3.7: without the final CRLF.
                                        selection
                                                .canonical()
                                                .concat(own.substring(0, own.length() - 2))
                                                .getBytes(ISO_8859_1)));
        var seal =
                new TagWriter(Chain.SEAL, sealer.lineLength())
                        .tag("a", sealer.algorithm().tag())
                        .signature()
                        .tag("cv", status.word())
                        .tag("d", sealer.domain())
                        .tag("i", Integer.toString(instance))
                        .tag("s", sealer.selector())
                        .tag("t", time);
        var octets = before.octets(resultsField, signatureField, seal.field(""));
        return List.of(seal.field(sealer.primitive().sign(octets)), signatureField, resultsField);
    }
}
