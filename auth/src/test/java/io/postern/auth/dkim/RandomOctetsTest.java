package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postern.mail.HeaderFields;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("whatever octets come, a value comes back")
class RandomOctetsTest {
    private static final String TAGS =
            "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=From:To:Subject; l=20;"
                    + " t=1; x=99999999999; q=dns/txt; i=a=3Bb@example.com; z=From:x";

    private static final String PIECES = "=;: \t\r\n\u0000\u007F\u0080\u00FF@.aA1/+%\"vabhdslxtqi";

    @Test
    @DisplayName("random text")
    void random() {
        var random = new Random(20260101);
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder();
            int length = random.nextInt(60);
            for (int i = 0; i < length; i++) {
                text.append(
                        random.nextInt(3) == 0
                                ? (char) random.nextInt(256)
                                : PIECES.charAt(random.nextInt(PIECES.length())));
            }
            read(text.toString());
        }
    }

    @Test
    @DisplayName("good signatures and keys with octets changed")
    void mutated() {
        var random = new Random(8601);
        var mail = SampleMail.of("From: a@example.com\nTo: b\nSubject: s\n\nline one\nline two\n");
        var good = Forge.sign(mail, TAGS, TestKeys.RSA_1024).header().fields().getFirst();
        var key = TestKeys.record(TestKeys.RSA_1024);
        for (int round = 0; round < 5_000; round++) {
            var signature = mutate(good.rawBody(), random);
            var record = random.nextInt(3) == 0 ? mutate(key, random) : key;
            read(signature);
            read(record);
            var field = SampleMail.field("DKIM-Signature:" + signature + "\r\n");
            var results =
                    Verifying.verify(
                            mail.under(List.of(field)),
                            new ZoneResolver().txt("sel._domainkey.example.com", record),
                            DkimPolicy.STANDARD);
            assertEquals(1, results.size());
        }
    }

    @Test
    @DisplayName("header fields of random octets are canonicalized")
    void fields() {
        var random = new Random(5322);
        for (int round = 0; round < 20_000; round++) {
            var octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            var field = SampleMail.field("X:" + new String(octets, ISO_8859_1) + "\r\n");
            assertNotNull(Canonicalization.RELAXED.header(field));
            var run =
                    new DkimVerifier(new ZoneResolver(), DkimPolicy.STANDARD)
                            .start(new HeaderFields(List.of(field)), Verifying.NOW);
            run.body(octets, 0, octets.length);
            assertEquals(List.of(), run.finish());
        }
    }

    private static void read(String text) {
        assertNotNull(TagList.parse(text));
        assertNotNull(DkimSignature.parse(text));
        assertNotNull(KeyRecord.parse(text));
    }

    private static String mutate(String text, Random random) {
        var out = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(3)) {
                case 0 -> out.deleteCharAt(at);
                case 1 -> out.insert(at, PIECES.charAt(random.nextInt(PIECES.length())));
                default -> out.setCharAt(at, (char) random.nextInt(256));
            }
        }
        return out.toString();
    }
}
