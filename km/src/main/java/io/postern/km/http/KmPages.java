package io.postern.km.http;

import io.postern.km.ca.OcspReply;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/// The pages: `/NAME.crl` and `/NAME.cer` (RFC 2585), `/ocsp` by POST and `/ocsp/REQUEST` by GET
/// (RFC 6960 appendix A, RFC 5019), `/certificates?uri=ADDRESS` or `?certHash=HASH` (RFC 4387). All
/// of them under the path of the address that clients were told as well, for who serves them
/// without a proxy that takes it off. Any number of threads; never throws for what is asked.
///
/// The server must leave paths as they are sent: a GET of OCSP has slashes in its base 64, encoded
/// or not, and two of them together.
public final class KmPages {
    /// A POST's content may be as long; the server hands over one octet more, or an error, for what
    /// is longer.
    public static final int LONGEST_CONTENT = 16 << 10;

    private static final String OCSP = "/ocsp";
    private static final String OCSP_REPLY = "application/ocsp-response";

    private final Published published;
    private final InstantSource clock;
    private final Duration freshness;
    private final Lookup lookup;

    /// @param freshness how long lists and OCSP answers may be repeated by caches at most, also
    ///   when their nextUpdate is later: for so long a revocation may go unseen
    public KmPages(Published published, InstantSource clock, Duration freshness) {
        this.published = published;
        this.clock = clock;
        this.freshness = freshness;
        this.lookup = new Lookup(published);
    }

    /// The answer.
    ///
    /// @param content of a POST; else empty
    public Page answer(Asked request, byte[] content) {
        var asked = here(request);
        return switch (asked.method()) {
            case "GET" -> get(asked);
            case "HEAD" -> get(asked).head();
            case "POST" ->
                    asked.path().equals(OCSP) || asked.path().equals(OCSP + "/")
                            ? post(content)
                            : Page.error(405, "use GET").with("Allow", "GET, HEAD");
            default -> Page.error(405, "use GET").with("Allow", "GET, HEAD, POST");
        };
    }

    /// Without the path of the URL in certificates, with which or without which clients ask.
    Asked here(Asked asked) {
        var place = published.place();
        return place.isEmpty() || !asked.path().startsWith(place + "/")
                ? asked
                : new Asked(
                        asked.method(),
                        asked.path().substring(place.length()),
                        asked.query(),
                        asked.ifNoneMatch(),
                        asked.ifModifiedSince());
    }

    private Page get(Asked asked) {
        var path = asked.path();
        if (path.equals("/certificates")) {
            return lookup.answer(asked.query());
        }
        if (path.startsWith(OCSP + "/") && path.length() > OCSP.length() + 1) {
            return Caching.unless(
                    ocsp(path.substring(OCSP.length() + 1)),
                    asked.ifNoneMatch(),
                    asked.ifModifiedSince());
        }
        if (path.endsWith(".crl")) {
            return published
                    .list(path.substring(1))
                    .map(list ->
                            Caching.unless(
                                    list(list), asked.ifNoneMatch(), asked.ifModifiedSince()))
                    .orElseGet(KmPages::none);
        }
        if (path.endsWith(".cer")) {
            return published
                    .authority(path.substring(1))
                    .map(KmPages::authority)
                    .orElseGet(KmPages::none);
        }
        return none();
    }

    private static Page none() {
        return Page.error(404, "no such page");
    }

    private Page list(PublishedList list) {
        return Caching.kept(
                Page.of(200, "application/pkix-crl", list.der()),
                list.der(),
                list.window(),
                clock.instant(),
                freshness);
    }

    private static Page authority(X509Certificate certificate) {
        try {
            // Another certificate of that authority would have another address.
            return Page.of(200, "application/pkix-cert", certificate.getEncoded())
                    .with("Cache-Control", "max-age=86400, public");
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("an authority's certificate can't be encoded", e);
        }
    }

    /// RFC 6960 appendix A.1: the base 64 of the DER, percent-encoded. Some clients leave `+`, `/`
    /// and `=` as they are.
    private Page ocsp(String encoded) {
        var request = Percent.decode(encoded, LONGEST_CONTENT / 3 * 4).flatMap(KmPages::decoded);
        if (request.isEmpty()) {
            return Page.error(400, "no base 64 (RFC 6960 appendix A.1)");
        }
        var reply = published.ocsp(request.get());
        var der = reply.der();
        var page = Page.of(200, OCSP_REPLY, der);
        return reply.cacheable()
                .map(window -> Caching.kept(page, der, window, clock.instant(), freshness))
                .orElseGet(() -> page.with("Cache-Control", "no-store"));
    }

    private static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Errors of OCSP are pages of 200: RFC 6960 §2.3 has them in the response itself.
    private Page post(byte[] content) {
        if (content.length > LONGEST_CONTENT) {
            return Page.error(413, "an OCSP request has at most " + LONGEST_CONTENT + " octets");
        }
        OcspReply reply = published.ocsp(content);
        return Page.of(200, OCSP_REPLY, reply.der()).with("Cache-Control", "no-store");
    }
}
