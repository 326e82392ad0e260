package io.postern.km.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.ca.Authorities;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Names;
import io.postern.km.ca.OcspReply;
import io.postern.km.ca.OcspResponder;
import io.postern.km.ca.OcspStatus;
import io.postern.km.ca.Validity;
import io.postern.km.ca.Window;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 2585, 4387, 5019, 6960 appendix A: what is published")
class KmPagesTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant T0 = Instant.parse("2026-12-01T12:00:00Z");
    private static final Window WINDOW = new Window(T0, T0.plus(Duration.ofDays(10)));
    private static final byte[] LIST = {0x30, 3, 2, 1, 7};
    private static final Issuer ROOT = root();
    private static final OcspResponder RESPONDER = responder();

    private static Issuer root() {
        var keys = KeyKind.P_384.generate(RANDOM);
        return new Issuer(
                Authorities.root(
                        keys,
                        Names.authority("Example Root", "Example Org", "CH"),
                        Validity.of(T0.minusSeconds(60), Duration.ofDays(3650)),
                        RANDOM),
                keys.getPrivate());
    }

    private static OcspResponder responder() {
        var keys = KeyKind.P_256.generate(RANDOM);
        return new OcspResponder(
                ROOT.certificate(),
                new Issuer(
                        Authorities.responder(
                                ROOT,
                                keys.getPublic(),
                                Names.authority("Example OCSP", "Example Org", "CH"),
                                Validity.of(T0.minusSeconds(60), Duration.ofDays(90)),
                                RANDOM),
                        keys.getPrivate()));
    }

    /// An authority with one list, one reader and one who has two certificates.
    private static final class Shown implements Published {
        @Override
        public Optional<PublishedList> list(String name) {
            return name.equals("ca.crl")
                    ? Optional.of(new PublishedList(LIST, WINDOW))
                    : Optional.empty();
        }

        @Override
        public Optional<X509Certificate> authority(String name) {
            return name.equals("ca.cer") ? Optional.of(ROOT.certificate()) : Optional.empty();
        }

        @Override
        public OcspReply ocsp(byte[] request) {
            return RESPONDER.answer(
                    request, Optional.of(WINDOW), _ -> new OcspStatus.Good(), now(), RANDOM);
        }

        @Override
        public List<X509Certificate> ofAddress(String address) {
            return switch (address) {
                case "reader+lists@example.com" -> List.of(ROOT.certificate());
                case "two@example.com" -> List.of(ROOT.certificate(), ROOT.certificate());
                default -> List.of();
            };
        }

        @Override
        public Optional<X509Certificate> ofHash(byte[] sha1) {
            return Arrays.equals(sha1, hash()) ? Optional.of(ROOT.certificate()) : Optional.empty();
        }
    }

    private static Instant now() {
        return T0.plus(Duration.ofHours(1));
    }

    private final KmPages pages = new KmPages(new Shown(), KmPagesTest::now, Duration.ofDays(1));

    private static byte[] der() {
        try {
            return ROOT.certificate().getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-1").digest(der());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Asked asked(String method, String path) {
        int mark = path.indexOf('?');
        return new Asked(
                method,
                mark < 0 ? path : path.substring(0, mark),
                mark < 0 ? Optional.empty() : Optional.of(path.substring(mark + 1)),
                Optional.empty(),
                Optional.empty());
    }

    private Page get(String path) {
        return pages.answer(asked("GET", path), new byte[0]);
    }

    private Page get(String path, Optional<String> tag, Optional<String> since) {
        return pages.answer(new Asked("GET", path, Optional.empty(), tag, since), new byte[0]);
    }

    private static byte[] content(Page page) {
        var content = page.content();
        var octets = new byte[content.remaining()];
        content.get(octets);
        return octets;
    }

    private static byte[] request(int nonce) throws Exception {
        var builder =
                new OCSPReqBuilder()
                        .addRequest(
                                new CertificateID(
                                        new JcaDigestCalculatorProviderBuilder()
                                                .build()
                                                .get(
                                                        new AlgorithmIdentifier(
                                                                OIWObjectIdentifiers.idSHA1,
                                                                DERNull.INSTANCE)),
                                        new X509CertificateHolder(der()),
                                        new BigInteger("3ffffffffffbefbefbefbefbefbefbefbe", 16)));
        if (nonce > 0) {
            builder.setRequestExtensions(
                    new Extensions(
                            new Extension(
                                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                                    false,
                                    new DEROctetString(new byte[nonce]).getEncoded())));
        }
        return builder.build().getEncoded();
    }

    @Test
    @DisplayName("RFC 2585 §4 a list, with what caches need; it may be repeated for a day at most")
    void list() {
        var page = get("/ca.crl");
        assertEquals(200, page.status());
        assertArrayEquals(LIST, content(page));
        assertEquals("application/pkix-crl", page.fields().get("Content-Type"));
        assertEquals("5", page.fields().get("Content-Length"));
        assertEquals("Tue, 01 Dec 2026 12:00:00 GMT", page.fields().get("Last-Modified"));
        assertEquals("Wed, 02 Dec 2026 13:00:00 GMT", page.fields().get("Expires"));
        assertEquals(
                "max-age=86400, public, no-transform, must-revalidate",
                page.fields().get("Cache-Control"));
    }

    @Test
    @DisplayName("RFC 9111 §5.2.2.1 nothing is repeated beyond its nextUpdate")
    void end() {
        var late =
                new KmPages(
                                new Shown(),
                                () -> WINDOW.nextUpdate().minusSeconds(30),
                                Duration.ofDays(1))
                        .answer(asked("GET", "/ca.crl"), new byte[0]);
        assertTrue(String.valueOf(late.fields().get("Cache-Control")).startsWith("max-age=30,"));
    }

    @Test
    @DisplayName("RFC 9110 §13.2.2 304 by tag or by time; the tag decides when both are there")
    void conditions() {
        var tag = Optional.ofNullable(get("/ca.crl").fields().get("ETag"));
        var same = Optional.of("Tue, 01 Dec 2026 12:00:00 GMT");
        var before = Optional.of("Tue, 01 Dec 2026 11:59:59 GMT");
        var none = Optional.<String>empty();
        assertEquals(304, get("/ca.crl", tag, none).status());
        assertEquals(304, get("/ca.crl", Optional.of("*"), none).status());
        assertEquals(304, get("/ca.crl", none, same).status());
        assertEquals(200, get("/ca.crl", none, before).status());
        assertEquals(200, get("/ca.crl", Optional.of("\"other\""), same).status());
        assertEquals(304, get("/ca.crl", tag, before).status());
        assertEquals(200, get("/ca.crl", none, Optional.of("yesterday")).status());
        var page = get("/ca.crl", tag, none);
        assertEquals(0, content(page).length);
        assertTrue(page.fields().containsKey("Cache-Control"));
    }

    @Test
    @DisplayName(
            "RFC 2585 §4 an authority's certificate; RFC 9110 §9.3.2 HEAD has all but the content")
    void authority() {
        var page = get("/ca.cer");
        assertEquals("application/pkix-cert", page.fields().get("Content-Type"));
        assertArrayEquals(der(), content(page));
        var head = pages.answer(asked("HEAD", "/ca.cer"), new byte[0]);
        assertEquals(page.fields(), head.fields());
        assertEquals(0, content(head).length);
    }

    @Test
    @DisplayName("RFC 6960 appendix A.1 OCSP by POST, and by GET in every way of writing base 64")
    void ocsp() throws Exception {
        var request = request(0);
        var posted = pages.answer(asked("POST", "/ocsp"), request);
        assertEquals(0, new OCSPResp(content(posted)).getStatus());
        assertEquals("no-store", posted.fields().get("Cache-Control"));
        var base64 = Base64.getEncoder().encodeToString(request);
        // Otherwise this shows less than it says.
        assertTrue(base64.contains("/") && base64.contains("+"), base64);
        for (var path : List.of(base64, URLEncoder.encode(base64, StandardCharsets.US_ASCII))) {
            var page = get("/ocsp/" + path);
            assertEquals("application/ocsp-response", page.fields().get("Content-Type"));
            assertEquals(0, new OCSPResp(content(page)).getStatus());
            assertTrue(
                    String.valueOf(page.fields().get("Cache-Control")).startsWith("max-age=86400"));
            assertEquals("Tue, 01 Dec 2026 12:00:00 GMT", page.fields().get("Last-Modified"));
        }
    }

    @Test
    @DisplayName("RFC 5019 §6 an answer to a nonce, and an error, are not kept by caches")
    void notKept() throws Exception {
        for (var request : List.of(request(32), request(129), new byte[] {1})) {
            var page =
                    get(
                            "/ocsp/"
                                    + Base64.getUrlEncoder()
                                            .encodeToString(request)
                                            .replace('-', '+')
                                            .replace('_', '/'));
            assertEquals("no-store", page.fields().get("Cache-Control"));
        }
    }

    @Test
    @DisplayName(
            "RFC 4387 §2.2 by address, with or without scheme and with a plus; by hash; several as parts")
    void lookup() {
        for (var query :
                List.of(
                        "uri=reader+lists@example.com",
                        "uri=mailto:reader%2Blists%40example.com",
                        "email=reader%2Blists@example.com",
                        "certHash="
                                + URLEncoder.encode(
                                        Base64.getEncoder().encodeToString(hash()),
                                        StandardCharsets.US_ASCII),
                        "certHash="
                                + Base64.getEncoder().withoutPadding().encodeToString(hash()))) {
            var page = get("/certificates?" + query);
            assertEquals("application/pkix-cert", page.fields().get("Content-Type"), query);
            assertArrayEquals(der(), content(page));
        }
        var two = get("/certificates?uri=two@example.com");
        assertEquals(
                "multipart/mixed; boundary=postern-certificates", two.fields().get("Content-Type"));
        var text = new String(content(two), StandardCharsets.ISO_8859_1);
        assertEquals(3, text.split("application/pkix-cert", -1).length);
        assertTrue(text.endsWith("--postern-certificates--\r\n"));
        assertEquals(404, get("/certificates?uri=nobody@example.com").status());
    }

    @Test
    @DisplayName(
            "RFC 4387 §2.1 any other question is 400: no listing, no patterns, no second value")
    void questions() {
        for (var query :
                List.of(
                        "",
                        "uri=",
                        "uri",
                        "name=x",
                        "uri=a@example.com&uri=b@example.com",
                        "uri=%zz",
                        "uri=%ff",
                        "certHash=*",
                        "certHash=" + "A".repeat(28),
                        "uri=" + "a".repeat(2000))) {
            var status = get("/certificates?" + query).status();
            assertTrue(status == 400 || (query.equals("uri=") && status == 404), query + status);
        }
    }

    @Test
    @DisplayName("other pages, methods and lengths are errors that say what would be right")
    void errors() {
        for (var path :
                List.of("/", "/other.crl", "/../ca.crl", "/ca.crl/", "/other.cer", "/ocsp")) {
            assertEquals(404, get(path).status(), path);
        }
        assertEquals(405, pages.answer(asked("POST", "/ca.crl"), new byte[0]).status());
        assertEquals(405, pages.answer(asked("DELETE", "/ca.crl"), new byte[0]).status());
        assertEquals(
                413,
                pages.answer(asked("POST", "/ocsp"), new byte[KmPages.LONGEST_CONTENT + 1])
                        .status());
        assertEquals(400, get("/ocsp/%%%").status());
        assertEquals(400, get("/ocsp/" + "A".repeat(1 << 20)).status());
        var random = new Random(6);
        for (int i = 0; i < 2000; i++) {
            var text = new StringBuilder("/ocsp/");
            random.ints(random.nextInt(60), 33, 300).forEach(c -> text.append((char) c));
            assertTrue(get(text.toString()).status() >= 200);
            assertTrue(get("/certificates?" + text).status() == 400);
        }
    }
}
