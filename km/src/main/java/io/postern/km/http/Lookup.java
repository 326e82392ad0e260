package io.postern.km.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Certificates by address or hash. RFC 4387 §2. One exact value; nothing can be listed.
final class Lookup {
    private static final int MOST = 16;
    private static final int ADDRESS = 320;
    // §2.1: 20 octets of SHA-1 in base 64, whose last character may be left out; nothing else.
    private static final Pattern HASH = Pattern.compile("[A-Za-z0-9+/]{27}=?");
    // Needs no quotes, and no certificate (base 64 or DER) is searched for it: parts are counted.
    private static final String BOUNDARY = "postern-certificates";

    private final Published published;

    Lookup(Published published) {
        this.published = published;
    }

    Page answer(Optional<String> query) {
        var text = query.orElse("");
        int equals = text.indexOf('=');
        if (equals < 0 || text.indexOf('&') >= 0) {
            return usage();
        }
        var value = Percent.decode(text.substring(equals + 1), ADDRESS);
        if (value.isEmpty()) {
            return usage();
        }
        return switch (text.substring(0, equals)) {
            // §2.2: for S/MIME the URI is the address; a scheme is optional there.
            case "uri", "email" -> found(published.ofAddress(withoutScheme(value.get())));
            case "certHash" -> byHash(value.get());
            default -> usage();
        };
    }

    private static String withoutScheme(String uri) {
        return uri.regionMatches(true, 0, "mailto:", 0, 7) ? uri.substring(7) : uri;
    }

    private Page byHash(String text) {
        // A form's + is a blank.
        var hash = text.replace(' ', '+');
        if (!HASH.matcher(hash).matches()) {
            return usage();
        }
        try {
            return found(published.ofHash(Base64.getDecoder().decode(hash)).stream().toList());
        } catch (IllegalArgumentException e) {
            // Bits that hang over the 20th octet.
            return usage();
        }
    }

    private static Page usage() {
        return Page.error(
                400,
                "ask ?uri=ADDRESS or ?certHash=HASH (RFC 4387; SHA-1 in base 64), one value, percent-encoded");
    }

    private static Page found(List<X509Certificate> certificates) {
        try {
            return switch (certificates.size()) {
                case 0 -> Page.error(404, "no certificate");
                case 1 -> page("application/pkix-cert", certificates.getFirst().getEncoded());
                default -> page("multipart/mixed; boundary=" + BOUNDARY, parts(certificates));
            };
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours can't be encoded", e);
        }
    }

    /// Five minutes: a revocation takes a certificate out.
    private static Page page(String type, byte[] content) {
        return Page.of(200, type, content).with("Cache-Control", "max-age=300, public");
    }

    /// §2.2: more than one is multipart/mixed.
    private static byte[] parts(List<X509Certificate> certificates)
            throws CertificateEncodingException {
        var all = new ByteArrayOutputStream();
        for (var one : certificates.subList(0, Math.min(MOST, certificates.size()))) {
            var der = one.getEncoded();
            all.writeBytes(
                    ("--"
                                    + BOUNDARY
                                    + "\r\nContent-Type: application/pkix-cert\r\nContent-Length: "
                                    + der.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(der);
            all.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        all.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return all.toByteArray();
    }
}
