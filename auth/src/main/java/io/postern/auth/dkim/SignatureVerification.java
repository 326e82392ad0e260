package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.auth.text.Visible;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One signature being verified: read, then given what hashes and header it asks for. RFC 6376
/// §6.1. Confined to one thread.
public final class SignatureVerification {
    /// Octets of a field that is read. The longest have `z=`, a copy of the header section.
    private static final int LONGEST = 32 * 1024;

    /// Signed fields that are shown among the steps.
    private static final int SHOWN = 50;

    private final Dialect dialect;
    private final HeaderField field;
    private final String value;
    private final DkimPolicy policy;
    private final SignaturePrimitive primitive;
    private final List<String> steps = new ArrayList<>();
    private OptionalInt keyBits = OptionalInt.empty();
    private boolean testing;

    /// The tags, as far as there are any.
    private @Nullable TagList tags;

    /// Present while nothing stands against it.
    private @Nullable DkimSignature signature;

    /// Present as soon as nothing more needs to be looked at.
    private @Nullable DkimResult settled;

    public SignatureVerification(
            HeaderField field, Dialect dialect, DkimPolicy policy, SignatureFactory signatures) {
        this.field = field;
        this.dialect = dialect;
        var body = field.rawBody();
        value = body.endsWith("\r\n") ? body.substring(0, body.length() - 2) : body;
        this.policy = policy;
        primitive = new SignaturePrimitive(signatures);
    }

    /// Settles it without a look.
    void refuse(DkimResult result) {
        settled = result;
    }

    /// Reads the field and what it says of itself. RFC 6376 §6.1.1.
    public void read(Instant now) {
        if (value.length() > LONGEST) {
            refuse(new DkimResult.Policy("a signature field of " + value.length() + " octets"));
            return;
        }
        switch (TagList.parse(value)) {
            case TagList.Parsed.Bad(int at, var why) ->
                    settled = new DkimResult.Neutral(why + " at octet " + at);
            case TagList.Parsed.Ok(var list) -> {
                tags = list;
                switch (SignatureReader.read(list, dialect, policy.historic())) {
                    case DkimSignature.Parsed.Ok(var read) -> check(read, now);
                    case DkimSignature.Parsed.Bad(var result) -> settled = result;
                }
            }
        }
    }

    private void check(DkimSignature read, Instant now) {
        signature = read;
        steps.add(
                "signature: a="
                        + read.algorithm().tag()
                        + " c="
                        + read.headerCanonicalization().tag()
                        + "/"
                        + read.bodyCanonicalization().tag()
                        + " d="
                        + read.signingDomain()
                        + " s="
                        + read.selector()
                        + " i="
                        + Visible.of(read.identity()));
        steps.add(
                "times: now "
                        + now
                        + read.timestamp().map(t -> ", signed " + t).orElse("")
                        + read.expiration().map(x -> ", expires " + x).orElse(""));
        if (read.algorithm() == DkimAlgorithm.RSA_SHA1
                && policy.historic() == DkimPolicy.Historic.REFUSE) {
            // RFC 8301 §3.1: permanently failed evaluation.
            settled = new DkimResult.PermError("rsa-sha1 is historic");
        } else if (read.expiration().isPresent()
                && now.isAfter(read.expiration().get().plus(policy.clockSkew()))) {
            settled = new DkimResult.PermError("signature expired " + read.expiration().get());
        } else if (read.timestamp().isPresent()
                && read.timestamp().get().isAfter(now.plus(policy.clockSkew()))) {
            // RFC 6376 §3.5, t=: verifiers MAY consider it invalid.
            settled = new DkimResult.Policy("signed in the future, " + read.timestamp().get());
        }
    }

    /// The body hash that it needs, if it still needs one.
    public Optional<BodyHash.Request> bodyHashRequest() {
        return settled == null
                ? Optional.ofNullable(signature).map(DkimSignature::bodyHashRequest)
                : Optional.empty();
    }

    /// The name whose TXT record it will need, if it still needs one.
    public Optional<String> keyName() {
        return settled == null
                ? Optional.ofNullable(signature).map(DkimSignature::dnsName)
                : Optional.empty();
    }

    /// The result, now that the body has passed.
    ///
    /// @param hashes those asked for, among others perhaps
    /// @param header the section that the field is in
    public SignatureResult finish(
            Map<BodyHash.Request, BodyHash> hashes, SignedHeader header, KeyLookup keys) {
        var read = signature;
        if (settled == null && read != null) {
            var hash = hashes.get(read.bodyHashRequest());
            if (hash == null) {
                throw new IllegalStateException("body hash was not taken");
            }
            settled = verify(read, hash, header, keys);
        }
        return result(settled == null ? new DkimResult.Neutral("not read") : settled);
    }

    private DkimResult verify(
            DkimSignature read, BodyHash hash, SignedHeader header, KeyLookup keys) {
        return switch (keys.find(read.keyQuery(), steps)) {
            case KeyLookup.Found.Unusable(var result) -> result;
            case KeyLookup.Found.Key key -> {
                keyBits = OptionalInt.of(key.bits());
                testing = key.record().isTesting();
                steps.add(
                        "key: "
                                + key.record().keyType()
                                + ", "
                                + key.bits()
                                + " bits"
                                + (testing ? ", testing (t=y)" : ""));
                yield verify(read, hash, header, key);
            }
        };
    }

    private DkimResult verify(
            DkimSignature read, BodyHash hash, SignedHeader header, KeyLookup.Found.Key key) {
        // §6.1.3: the body hash is compared before the costlier signature.
        steps.add(
                "body hash: computed "
                        + hash.base64()
                        + ", given "
                        + read.bodyHash()
                        + ", over "
                        + (read.bodyLength().isPresent()
                                ? "the first " + read.bodyLength().getAsLong()
                                : "all")
                        + " of "
                        + hash.canonicalOctets()
                        + " canonical octets");
        // §3.5, l=: MUST NOT be larger than the body.
        if (read.bodyLength().isPresent()
                && read.bodyLength().getAsLong() > hash.canonicalOctets()) {
            return new DkimResult.PermError("l= is larger than the body");
        }
        if (!sameOctets(hash.base64(), read.bodyHash())) {
            return new DkimResult.Fail("body hash did not verify");
        }
        return switch (checkSignature(read, header, key)) {
            case DkimResult.Pass() -> judge(hash, key);
            case DkimResult.Fail other -> other;
            case DkimResult.Neutral other -> other;
            case DkimResult.Policy other -> other;
            case DkimResult.TempError other -> other;
            case DkimResult.PermError other -> other;
        };
    }

    /// bh= may leave out padding or not; the octets are what counts.
    private static boolean sameOctets(String base64, String other) {
        return base64.equals(other)
                || Octets.base64(base64)
                        .map(ByteBuffer::wrap)
                        .equals(Octets.base64(other).map(ByteBuffer::wrap));
    }

    private DkimResult checkSignature(
            DkimSignature read, SignedHeader header, KeyLookup.Found.Key key) {
        var input = new StringBuilder(2048);
        var selected = header.select(read.signedFields(), read.headerCanonicalization(), field);
        if (selected.isEmpty()) {
            return new DkimResult.Policy(
                    "signatures cover more than " + SignedHeader.MOST + " octets of header");
        }
        for (var canonical : selected.get()) {
            input.append(canonical);
        }
        selected.get().stream()
                .limit(SHOWN)
                .forEach(canonical -> steps.add("signed field: " + Visible.of(canonical)));
        if (selected.get().size() > SHOWN) {
            steps.add("signed fields: " + (selected.get().size() - SHOWN) + " more");
        }
        var own = read.headerCanonicalization().header(withoutSignature());
        // §3.7: the signature's own field comes last, b= emptied, without its final CRLF.
        input.append(own, 0, own.length() - 2);
        var octets = input.toString().getBytes(ISO_8859_1);
        return primitive.verify(read.algorithm(), key.key(), octets, read.signature(), steps);
    }

    private HeaderField withoutSignature() {
        var list = tags;
        var emptied = list == null ? value : list.without("b", value);
        int colon = field.raw().indexOf(':');
        return new HeaderField(
                field.name(), field.raw().substring(0, colon + 1) + emptied + "\r\n");
    }

    /// What we make of a signature that verified.
    private DkimResult judge(BodyHash hash, KeyLookup.Found.Key key) {
        // RFC 8301 §3.2: MUST NOT be considered valid.
        if (key.isTooShort(policy)) {
            return new DkimResult.Policy("RSA key of only " + key.bits() + " bits");
        }
        if (hash.unhashedOctets() > 0) {
            var what = hash.unhashedOctets() + " octets behind l= are not signed";
            steps.add(what);
            return switch (policy.unsignedOctets()) {
                case POLICY -> new DkimResult.Policy(what);
                case PASS -> new DkimResult.Pass();
            };
        }
        return new DkimResult.Pass();
    }

    private SignatureResult result(DkimResult result) {
        steps.add("result: " + result.word() + result.reason().map(why -> ", " + why).orElse(""));
        var known = Optional.ofNullable(tags);
        Optional<Domain> domain = known.flatMap(SignatureReader::domain);
        return new SignatureResult(
                result,
                domain,
                known.flatMap(SignatureReader::selector),
                domain.flatMap(d -> known.flatMap(list -> SignatureReader.identity(list, d))),
                known.flatMap(list -> list.compact("a")),
                known.flatMap(list -> list.compact("b")),
                keyBits,
                testing,
                steps);
    }
}
