package io.postern.km.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.secret.Secret;
import io.postern.testkit.TestClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the enrolment page")
class EnrolPagesTest {
    private static final String TOKEN = "AAAA-BBBB";

    private final TestClock clock = new TestClock(Instant.parse("2026-12-01T12:00:00Z"));
    private final EnrolPages pages = new EnrolPages(new Shown(), clock);

    /// One parcel.
    private static final class Shown implements Enrolment {
        @Override
        public Answer look(String token) {
            return switch (token) {
                case TOKEN -> new Answer.Parcel("<a>&\"b\"@example.com", List.of("x-sign-1.p12"));
                case "LATER" -> new Answer.Later();
                default -> new Answer.None();
            };
        }

        @Override
        public Answer fetch(String token, Form form, int index) {
            return token.equals(TOKEN) && index == 0
                    ? new Answer.File(
                            "ä\"\r\nx-sign-1.p12",
                            Secret.of(form.name().getBytes(StandardCharsets.US_ASCII)))
                    : new Answer.None();
        }

        @Override
        public Answer done(String token) {
            return token.equals(TOKEN) ? new Answer.Gone() : new Answer.None();
        }
    }

    private static InetAddress client(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private Page post(String form) {
        return post(form, "192.0.2.1");
    }

    private Page post(String form, String client) {
        return pages.answer(
                new Asked("POST", "/enrol", Optional.empty(), Optional.empty(), Optional.empty()),
                form.getBytes(StandardCharsets.UTF_8),
                client(client));
    }

    private Page asked(String method) {
        return pages.answer(
                new Asked(
                        method,
                        "/enrol",
                        Optional.of("token=" + TOKEN),
                        Optional.empty(),
                        Optional.empty()),
                new byte[0],
                client("192.0.2.1"));
    }

    private static String text(Page page) {
        return StandardCharsets.UTF_8.decode(page.content()).toString();
    }

    @Test
    @DisplayName("is a form without script, kept by nobody, and takes no token from the address")
    void form() {
        var page = asked("GET");
        assertEquals(200, page.status());
        assertFalse(text(page).contains(TOKEN));
        assertFalse(text(page).contains("<script"));
        assertEquals("no-store", page.fields().get("Cache-Control"));
        assertEquals("no-referrer", page.fields().get("Referrer-Policy"));
        var policy = page.fields().getOrDefault("Content-Security-Policy", "");
        assertTrue(policy.startsWith("default-src 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("", text(asked("HEAD")));
        assertEquals(405, asked("PUT").status());
    }

    @Test
    @DisplayName("leads from the token to the files and their end")
    void way() {
        var parcel = post("token=AAAA-BBBB&form=compatible");
        assertEquals(200, parcel.status());
        assertTrue(text(parcel).contains("&lt;a&gt;&amp;&quot;b&quot;@example.com"));
        assertTrue(text(parcel).contains("value=\"compatible\""));
        var file = post("token=AAAA-BBBB&form=compatible&file=0");
        assertEquals("COMPATIBLE", text(file));
        assertEquals("application/x-pkcs12", file.fields().get("Content-Type"));
        assertEquals(
                "attachment; filename=\"____x-sign-1.p12\"",
                file.fields().get("Content-Disposition"));
        assertEquals("no-store", file.fields().get("Cache-Control"));
        assertTrue(text(post("token=AAAA-BBBB&done=1")).contains("with you alone"));
    }

    @Test
    @DisplayName("answers all that is wrong alike, whatever is sent")
    void wrong() {
        var one = text(post("token=nothing"));
        int client = 0;
        for (var form :
                List.of(
                        "",
                        "&&&=",
                        "token",
                        "token=%zz",
                        "token=AAAA-BBBB&token=AAAA-BBBB",
                        "token=AAAA-BBBB&file=7",
                        "token=AAAA-BBBB&file=-1",
                        "token=x&done=1",
                        "token=" + "x".repeat(500),
                        "token=AAAA-BBBB&x=" + "x".repeat(3000))) {
            var page = post(form, "198.51.100." + client++);
            assertEquals(403, page.status(), form);
            assertEquals(one, text(page), form);
        }
        assertEquals(503, post("token=LATER").status());
    }

    @Test
    @DisplayName("takes ten wrong tokens of a client or its network, then none for a while")
    void limit() {
        for (int i = 0; i < 10; i++) {
            assertEquals(403, post("token=" + i, "2001:db8::" + i).status());
        }
        assertEquals(429, post("token=wrong", "2001:db8::ffff").status());
        assertEquals(429, post("token=wrong&file=0", "2001:db8::ffff").status());
        assertEquals(403, post("token=wrong", "2001:db8:0:1::1").status());
        clock.advance(Duration.ofMinutes(15));
        assertEquals(403, post("token=wrong", "2001:db8::ffff").status());
    }

    @Test
    @DisplayName("shuts no right token out, whoever else has that address")
    void shared() {
        for (int i = 0; i < 11; i++) {
            post("token=" + i);
        }
        assertEquals(200, post("token=AAAA-BBBB").status());
        assertEquals(200, post("token=AAAA-BBBB&file=0").status());
        assertEquals(429, post("token=wrong").status());
    }
}
