package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.mail.HeaderField;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;

/// Signs as a stranger would: with any tags and any key, right in all else.
final class Forge {
    private Forge() {}

    /// The mail under a signature with these tags; `bh=` and `b=` are added.
    static SampleMail sign(SampleMail mail, String tags, KeyPair pair) {
        var draft =
                read(tags + "; bh=" + "A".repeat(tags.contains("-sha1") ? 27 : 43) + "=; b=YWJj");
        var hasher = new BodyHasher(List.of(draft.bodyHashRequest()));
        var octets = mail.bodyOctets();
        hasher.update(octets, 0, octets.length);
        var value = " " + tags + "; bh=" + hasher.finish().getFirst().base64() + "; b=";
        var own = draft.headerCanonicalization().header(field(value));
        var input =
                String.join(
                                "",
                                new SignedHeader(mail.header())
                                        .select(
                                                draft.signedFields(),
                                                draft.headerCanonicalization(),
                                                field(value))
                                        .orElseThrow())
                        + own.substring(0, own.length() - 2);
        try {
            var signature = SignatureFactory.PLATFORM.create(draft.algorithm().signatureName());
            signature.initSign(pair.getPrivate());
            signature.update(SignatureInput.of(draft.algorithm(), input.getBytes(ISO_8859_1)));
            return mail.under(List.of(field(value + TestKeys.base64(signature.sign()))));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static HeaderField field(String value) {
        return SampleMail.field("DKIM-Signature:" + value + "\r\n");
    }

    private static DkimSignature read(String value) {
        return switch (DkimSignature.parse(value)) {
            case DkimSignature.Parsed.Ok(var signature) -> signature;
            case DkimSignature.Parsed.Bad(var result) -> throw new AssertionError(result);
        };
    }
}
