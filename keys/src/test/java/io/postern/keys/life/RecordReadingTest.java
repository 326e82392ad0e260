package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import io.postern.keys.Sight;
import io.postern.mail.Domain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §3.6.1 what a TXT record is found to be")
class RecordReadingTest {
    private static final String NAME = "ns1: s._domainkey.example.com";

    /// How every RSA key of 2048 bits begins and ends in base64: SubjectPublicKeyInfo.
    private static final String HEAD = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";

    private static final String TAIL = "QIDAQAB";
    private static final String P = HEAD + middle(1) + TAIL;
    private static final DkimKey KEY = key("s", KeyType.RSA, P);
    private static final DkimKey OLD = key("old", KeyType.RSA, HEAD + middle(2) + TAIL);
    private static final String FOREIGN = HEAD + middle(3) + TAIL;

    private static String middle(int seed) {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < 340; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        // The last octet of a modulus is odd: one foreign key in 128 ends in the same characters.
        return text.append('w').toString();
    }

    private static DkimKey key(String selector, KeyType type, String p) {
        var at = Instant.parse("2026-11-22T12:00:00Z");
        return new DkimKey(
                Domain.of("example.com"),
                selector,
                1,
                type,
                2048,
                p,
                at,
                List.of(new DkimKey.StateChange(DkimKey.State.CREATED, at, "test")),
                false,
                false,
                Sight.NONE);
    }

    private static String text(String p) {
        return "v=DKIM1; k=rsa; p=" + p;
    }

    private static RecordReading.Read read(DkimKey key, String... texts) {
        return RecordReading.key(key, NAME, List.of(texts), List.of(KEY, OLD));
    }

    record Case(String rule, List<String> texts, Finding.Kind kind, String words) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case of(String rule, String text, Finding.Kind kind, String words) {
        return new Case(rule, List.of(text), kind, words);
    }

    static Stream<Case> faults() {
        return Stream.of(
                new Case(
                        "split into several TXT records",
                        List.of(
                                KEY.recordText().substring(0, 255),
                                KEY.recordText().substring(255)),
                        Finding.Kind.SEVERAL,
                        "split into 2 TXT records: it must be one record of several strings"),
                new Case(
                        "split, in another order",
                        List.of(
                                KEY.recordText().substring(255),
                                KEY.recordText().substring(0, 255)),
                        Finding.Kind.SEVERAL,
                        "split into 2 TXT records"),
                new Case(
                        "a second TXT record",
                        List.of("v=spf1 -all", KEY.recordText()),
                        Finding.Kind.SEVERAL,
                        "2 TXT records, one belongs there"),
                new Case(
                        "an empty TXT record beside it",
                        List.of("", KEY.recordText()),
                        Finding.Kind.SEVERAL,
                        "2 TXT records, one belongs there"),
                new Case(
                        "a foreign key beside ours is not overwritten either",
                        List.of(text(FOREIGN), KEY.recordText()),
                        Finding.Kind.FOREIGN_KEY,
                        "not ours"),
                of(
                        "cut off at 255",
                        KEY.recordText().substring(0, 255),
                        Finding.Kind.UNREADABLE,
                        "cut off after 237 of 392 characters of p=: give the record as several strings"),
                of(
                        "quotation marks around the text",
                        '"' + KEY.recordText() + '"',
                        Finding.Kind.UNREADABLE,
                        "quotation marks are part of the text"),
                of(
                        "quotation marks within the text",
                        KEY.recordText().substring(0, 255)
                                + "\" \""
                                + KEY.recordText().substring(255),
                        Finding.Kind.UNREADABLE,
                        "quotation marks are part of the text"),
                of(
                        "backslashes before semicolons",
                        KEY.recordText().replace(";", "\\;"),
                        Finding.Kind.UNREADABLE,
                        "`;` needs none outside of zone files"),
                of(
                        "a character of p= lost",
                        text(P.substring(0, 200) + P.substring(201)),
                        Finding.Kind.UNREADABLE,
                        "damaged copy of the key"),
                of(
                        "two characters of p= changed",
                        text(P.substring(0, 200) + "zz" + P.substring(202)),
                        Finding.Kind.UNREADABLE,
                        "damaged copy of the key"),
                of(
                        "old key",
                        text(OLD.publicKey()),
                        Finding.Kind.OLD_KEY,
                        "shows another key of ours, that of selector old (created)"),
                of(
                        "foreign key that begins and ends as all RSA keys do",
                        text(FOREIGN),
                        Finding.Kind.FOREIGN_KEY,
                        "it is not overwritten"),
                of(
                        "foreign key of another type",
                        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                        Finding.Kind.FOREIGN_KEY,
                        "not ours"),
                of(
                        "RFC 8463 §4: wrong k=",
                        "v=DKIM1; k=ed25519; p=" + P,
                        Finding.Kind.WRONG_TYPE,
                        "says k=ed25519, but the key is of type rsa"),
                of(
                        "revoked",
                        text(""),
                        Finding.Kind.REVOKED,
                        "empty p=: it says that the key is void"),
                of(
                        "not for e-mail",
                        "v=DKIM1; s=web; p=" + P,
                        Finding.Kind.RESTRICTED,
                        "remove s= and h="),
                of(
                        "RFC 8301 §3.1: SHA-1 alone",
                        "v=DKIM1; h=sha1; p=" + P,
                        Finding.Kind.RESTRICTED,
                        "remove s= and h="),
                of(
                        "not a record",
                        "v=spf1 -all",
                        Finding.Kind.UNREADABLE,
                        "is no key record (v= is not first or not DKIM1): \"v=spf1 -all\""),
                of("empty text", "", Finding.Kind.UNREADABLE, "is no key record (empty tag list"),
                of("no p=", "v=DKIM1; k=rsa", Finding.Kind.UNREADABLE, "(no p=)"),
                of(
                        "v= not first",
                        "k=rsa; v=DKIM1; p=" + P,
                        Finding.Kind.UNREADABLE,
                        "v= is not first"),
                of(
                        "RFC 6376 §3.2: tags in capitals are other tags",
                        KEY.recordText().replace("p=", "P="),
                        Finding.Kind.UNREADABLE,
                        "(no p=)"),
                of(
                        "control characters are shown escaped",
                        "v=DKIM1\r\n\u001b[31m\u0000",
                        Finding.Kind.UNREADABLE,
                        "\"v=DKIM1\\r\\n?[31m?\""),
                of(
                        "huge text",
                        "x".repeat(65_000),
                        Finding.Kind.UNREADABLE,
                        "\"" + "x".repeat(100) + "…\""),
                of(
                        "huge name of a tag, twice",
                        ("x".repeat(30_000) + "=;").repeat(2),
                        Finding.Kind.UNREADABLE,
                        "is no key record (tag xxx"),
                of("huge k=", "k=" + "x".repeat(60_000) + ";p=" + P, Finding.Kind.WRONG_TYPE, "xx"),
                new Case(
                        "400 records",
                        new ArrayList<>(Collections.nCopies(400, "v=spf1 -all")),
                        Finding.Kind.SEVERAL,
                        "400 TXT records"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void faults(Case c) {
        var read = read(KEY, c.texts().toArray(String[]::new));
        assertEquals(List.of(c.kind()), read.faults().stream().map(Finding::kind).toList());
        var words = read.faults().getFirst().words();
        assertTrue(words.startsWith(NAME) && words.contains(c.words()), words);
        assertTrue(words.length() < 700, () -> "too long: " + words.length());
        assertFalse(words.chars().anyMatch(Character::isISOControl), words);
    }

    static Stream<Case> usable() {
        return Stream.of(
                of("as it was given", KEY.recordText(), Finding.Kind.MISSING, ""),
                of("§3.6.1: without v= and k=", "p=" + P, Finding.Kind.MISSING, ""),
                of(
                        "§3.2: white space within p= and around tags",
                        "v=DKIM1 ;\tk = rsa ; p= "
                                + P.substring(0, 64)
                                + " "
                                + P.substring(64)
                                + "; ",
                        Finding.Kind.MISSING,
                        ""),
                of("k= in capitals", "v=DKIM1; k=RSA; p=" + P, Finding.Kind.MISSING, ""),
                of(
                        "§3.2: unknown tags, notes, every service, both hashes, t=s",
                        "v=DKIM1; h=sha1:sha256; s=*; t=s; n=note; x=y; p=" + P,
                        Finding.Kind.MISSING,
                        ""),
                of(
                        "t=y is remarked",
                        "v=DKIM1; t=y; p=" + P,
                        Finding.Kind.TESTING,
                        "t=y (testing)"));
    }

    @ParameterizedTest(name = "usable: {0}")
    @MethodSource("usable")
    void usable(Case c) {
        var read = read(KEY, c.texts().toArray(String[]::new));
        assertEquals(List.of(), read.faults());
        var remarks = read.remarks();
        assertEquals(c.words().isEmpty() ? 0 : 1, remarks.size(), remarks.toString());
        assertTrue(
                remarks.stream()
                        .allMatch(one -> one.kind() == c.kind() && one.words().contains(c.words())),
                remarks.toString());
    }

    @Test
    @DisplayName("RFC 8463: an Ed25519 key that is cut or damaged is told from a foreign one")
    void ed25519() {
        var p = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        var key = key("e", KeyType.ED25519, p);
        var texts =
                List.of(
                        p.substring(0, 40),
                        p.replace("HOg7", "HOG7"),
                        "JmYc0cYqRmuoWzZGhHVBUjJhp7GgxCtzTLzEm3yRRjY=");
        assertEquals(
                List.of(Finding.Kind.UNREADABLE, Finding.Kind.UNREADABLE, Finding.Kind.FOREIGN_KEY),
                texts.stream()
                        .map(text ->
                                read(key, "v=DKIM1; k=ed25519; p=" + text)
                                        .faults()
                                        .getFirst()
                                        .kind())
                        .toList());
    }

    @Test
    @DisplayName("withdrawn: anything but the key itself says that it is void")
    void withdrawn() {
        var silent = List.of(text(""), text(FOREIGN), "v=spf1 -all", "", "\u0000");
        assertTrue(
                silent.stream()
                        .allMatch(text ->
                                RecordReading.withdrawn(KEY, NAME, List.of(text)).isEmpty()));
        var still = RecordReading.withdrawn(KEY, NAME, List.of(text(""), "p=" + P));
        assertEquals(
                Finding.Kind.NOT_WITHDRAWN,
                still.orElseThrow().kind(),
                still.orElseThrow().words());
        assertEquals(
                NAME + " still shows the key that should be void", still.orElseThrow().words());
    }
}
