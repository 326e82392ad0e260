package io.postern.auth.dkim;

import io.postern.mail.Domain;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The value of a DKIM-Signature field. RFC 6376 §3.5.
///
/// @param algorithm `a=`
/// @param signature `b=`, base64 without white space
/// @param bodyHash `bh=`, base64 without white space
/// @param headerCanonicalization first half of `c=`
/// @param bodyCanonicalization second half of `c=`
/// @param signingDomain the SDID, `d=`
/// @param signedFields `h=`: names as written, From among them
/// @param identity the AUID: `i=` decoded, or `@` and the SDID
/// @param identityDomain the domain of the AUID: the SDID or below it
/// @param bodyLength `l=`; `Long.MAX_VALUE` stands for all larger numbers
/// @param selector `s=`, A-labels in lower case
/// @param timestamp `t=`
/// @param expiration `x=`; later than the timestamp
/// @param copiedFields `z=` as written; never used to verify
public record DkimSignature(
        DkimAlgorithm algorithm,
        String signature,
        String bodyHash,
        Canonicalization headerCanonicalization,
        Canonicalization bodyCanonicalization,
        Domain signingDomain,
        List<String> signedFields,
        String identity,
        Domain identityDomain,
        OptionalLong bodyLength,
        String selector,
        Optional<Instant> timestamp,
        Optional<Instant> expiration,
        Optional<String> copiedFields) {
    /// What a text was read as.
    public sealed interface Parsed {
        /// A signature that can be verified.
        record Ok(DkimSignature signature) implements Parsed {}

        /// Not one.
        ///
        /// @param result neutral for syntax and what we do not know, permerror for contradictions
        record Bad(DkimResult result) implements Parsed {}
    }

    public DkimSignature {
        signedFields = List.copyOf(signedFields);
    }

    /// Reads the value of a DKIM-Signature field (what follows the colon, the final CRLF or not).
    /// Never throws.
    public static Parsed parse(String value) {
        var text = value.endsWith("\r\n") ? value.substring(0, value.length() - 2) : value;
        return switch (TagList.parse(text)) {
            case TagList.Parsed.Ok(var tags) ->
                    SignatureReader.read(tags, Dialect.DKIM, DkimPolicy.Historic.REFUSE);
            case TagList.Parsed.Bad(int at, var why) ->
                    new Parsed.Bad(new DkimResult.Neutral(why + " at octet " + at));
        };
    }

    /// The DNS name of the key record. RFC 6376 §3.6.2.1.
    public String dnsName() {
        return keyQuery().dnsName();
    }

    /// The key that it asks for.
    KeyQuery keyQuery() {
        return new KeyQuery(signingDomain, selector, algorithm, identityDomain);
    }

    /// The SDID of these tags, `d=`, if it can be read.
    public static Optional<Domain> signingDomain(TagList tags) {
        return SignatureReader.domain(tags);
    }

    /// The selector of these tags, `s=`, if it can be read.
    public static Optional<String> selector(TagList tags) {
        return SignatureReader.selector(tags);
    }

    BodyHash.Request bodyHashRequest() {
        return new BodyHash.Request(bodyCanonicalization, algorithm.hash(), bodyLength);
    }

    /// Whether a domain is another or below it.
    static boolean isWithin(Domain domain, Domain parent) {
        return domain.equals(parent) || domain.name().endsWith("." + parent.name());
    }
}
