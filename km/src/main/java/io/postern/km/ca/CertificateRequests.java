package io.postern.km.ca;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// Requests for a certificate, PKCS #10 (RFC 2986), as strangers send them.
public final class CertificateRequests {
    /// A request with an RSA key of 8192 bits has some 2.5 KiB.
    private static final int LONGEST = 16 << 10;

    private static final int ADDRESSES = 16;
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\\s]*+)"
                            + "-----END (?:NEW )?CERTIFICATE REQUEST-----");

    private CertificateRequests() {}

    /// What came of reading one.
    public sealed interface Read {
        /// Its sender holds the private key, and the key is good enough.
        ///
        /// @param subject as written, for people
        /// @param addresses those asked for (rfc822Name), as written and not checked: who asks must
        ///   still show that they are theirs
        record Ok(PublicKey key, String subject, List<String> addresses) implements Read {
            /// Copies the list.
            public Ok {
                addresses = List.copyOf(addresses);
            }
        }

        /// It is not taken.
        ///
        /// @param text what is wrong and what would be right
        record Refused(Reason reason, String text) implements Read {}
    }

    /// Why one is not taken.
    public enum Reason {
        /// No PKCS #10 request in DER or PEM, or longer than 16 KiB.
        MALFORMED,
        /// Its signature is not by its key (RFC 2986 §3): its sender may not have the private key.
        PROOF,
        /// Its key is weak or of a kind that is not taken.
        KEY
    }

    /// Reads DER or PEM. Never throws.
    public static Read read(byte[] text) {
        if (text.length > LONGEST) {
            return refused(
                    Reason.MALFORMED, "a request has at most 16 KiB; this has " + text.length);
        }
        var der = der(text);
        if (der.isEmpty()) {
            return refused(Reason.MALFORMED, "no PKCS #10 request (RFC 2986), as DER or PEM");
        }
        try {
            // The strict reader: nothing may follow.
            var request =
                    new JcaPKCS10CertificationRequest(
                            CertificationRequest.getInstance(
                                    ASN1Primitive.fromByteArray(der.get())));
            var key = request.getPublicKey();
            var weak = KeyStrength.ofSubscriber(key);
            if (weak.isPresent()) {
                return refused(Reason.KEY, weak.get());
            }
            if (!proven(request, key)) {
                return refused(
                        Reason.PROOF,
                        "the request is not signed by the key it holds: make it with the private key");
            }
            return new Read.Ok(key, request.getSubject().toString(), addresses(request));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The library throws much on bad input: ClassCastException, IllegalArgumentException...
            return refused(
                    Reason.MALFORMED,
                    "no PKCS #10 request (RFC 2986) with an RSA or EC key: " + e.getMessage());
        }
    }

    private static Optional<byte[]> der(byte[] text) {
        if (text.length > 0 && text[0] == 0x30) {
            return Optional.of(text);
        }
        var pem = PEM.matcher(new String(text, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getMimeDecoder().decode(pem.group(1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean proven(JcaPKCS10CertificationRequest request, PublicKey key) {
        try {
            return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
        } catch (OperatorCreationException | PKCSException e) {
            // An algorithm that no provider has, or that does not go with the key.
            return false;
        }
    }

    private static List<String> addresses(JcaPKCS10CertificationRequest request) {
        var found = new ArrayList<String>();
        var extensions = request.getRequestedExtensions();
        var names =
                extensions == null
                        ? null
                        : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (names != null) {
            for (var name : names.getNames()) {
                if (name.getTagNo() == GeneralName.rfc822Name && found.size() < ADDRESSES) {
                    found.add(name.getName().toString());
                }
            }
        }
        return found;
    }

    private static Read refused(Reason reason, String text) {
        return new Read.Refused(reason, text);
    }
}
