package io.postern.gateway.seen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.auth.arc.ArcResult;
import io.postern.auth.arc.ArcSet;
import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.arc.ChainStatus;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.policy.Situation;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.smtp.Reply;
import io.postern.smtp.server.ClientCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("what is kept of a message")
class SeenMessageTest {
    private static final Instant AT = Instant.parse("2026-11-22T05:00:00.123Z");

    /// All octets, and what JSON has a use for.
    private static final String HOSTILE = hostile();

    private static String hostile() {
        var text = new StringBuilder("\"\\u0000\\\"},{]\u2028\uFFFF\uD83D\uDE00");
        for (char c = 0; c < 256; c++) {
            text.append(c);
        }
        return text.toString();
    }

    static SeenMessage message(String text, Fate fate) {
        return new SeenMessage(
                SeenMessage.VERSION,
                AT,
                Optional.of("Q1"),
                "inbound-25",
                new SeenMessage.Client(
                        "2001:db8::7",
                        Optional.of(text),
                        true,
                        Optional.of(text),
                        Optional.of(new ClientCertificate(text, List.of(text, ""))),
                        Optional.of(new ClientNames(List.of(text), List.of(), true))),
                new SeenMessage.Paths("<>", List.of(text), 3, Optional.of(7L), Long.MAX_VALUE),
                new Situation.Counts(1, 2, 3),
                Optional.of(new SeenHeader(List.of("From: " + text + "\r\n"), List.of("to"))),
                Optional.of(
                        new SeenResults(
                                new SeenResults.Spf(
                                        "none", text, Optional.empty(), Optional.empty()),
                                new SeenResults.Spf(
                                        "fail", "a.example", Optional.of(text), Optional.of(text)),
                                List.of(
                                        new SeenResults.Dkim(
                                                "pass",
                                                Optional.empty(),
                                                Optional.of("a.example"),
                                                Optional.of(text))),
                                Optional.of(
                                        new SeenResults.Dmarc(
                                                "fail",
                                                Optional.empty(),
                                                "a.example",
                                                Optional.of("a.example"),
                                                Optional.of("reject"),
                                                Optional.of("quarantine"))),
                                new SeenArc("pass", List.of("b.example"), Optional.of(text)))),
                fate);
    }

    static Stream<Fate> fates() {
        return Stream.of(
                Fate.accepted(List.of()),
                Fate.accepted(List.of("dmarc", "x")),
                Fate.held(HOSTILE, List.of()),
                Fate.refused("dmarc", "dmarc", Reply.of(550, "5.7.1", HOSTILE)),
                Fate.refused("mine", "rule", Reply.of(451, "", "")));
    }

    @ParameterizedTest
    @MethodSource("fates")
    @DisplayName("written and read, it is the same, whatever strangers sent")
    void roundTrip(Fate fate) {
        for (var text : new String[] {HOSTILE, "", "x"}) {
            var message = message(text, fate);
            var written = SeenText.write(message);
            assertTrue(written.indexOf('\n') < 0, "one line");
            assertEquals(Optional.of(message), SeenText.read(written));
            // As the store has it.
            var octets = written.getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    Optional.of(message),
                    SeenText.read(new String(octets, StandardCharsets.UTF_8)));
        }
    }

    @Test
    @DisplayName("a key that a later version adds is no trouble")
    void later() {
        var message = message("x", Fate.accepted(List.of()));
        assertEquals(
                Optional.of(message),
                SeenText.read(SeenText.write(message).replaceFirst("\\{", "{\"more\":[1,{}],")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "7",
                "{\"version\":1}",
                "{\"version\":1,\"at\":\"yesterday\"}"
            })
    @DisplayName("what is broken, or of another version, is nothing")
    void broken(String text) {
        assertEquals(Optional.empty(), SeenText.read(text));
    }

    @Test
    @DisplayName(
            "another version's form is not read, nor is a text with any octet missing at its end")
    void cut() {
        var written = SeenText.write(message("x", Fate.accepted(List.of())));
        assertEquals(
                Optional.empty(), SeenText.read(written.replace("\"version\":1", "\"version\":2")));
        for (int end = 0; end < written.length(); end++) {
            assertEquals(Optional.empty(), SeenText.read(written.substring(0, end)), "" + end);
        }
    }

    @Test
    @DisplayName("random damage never throws")
    void damaged() {
        var written = SeenText.write(message(HOSTILE, Fate.accepted(List.of())));
        var random = new Random(7);
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            var text = new StringBuilder(written);
            for (int j = 0; j < 3; j++) {
                text.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(96)));
            }
            read += SeenText.read(text.toString()).isPresent() ? 1 : 0;
        }
        assertTrue(read < 2_000, "some were noticed");
    }

    @Test
    @DisplayName("RFC 8617 §4.1.1: what the newest sealer found comes back as far as checks ask")
    void arc() {
        var found =
                new AuthenticationResults(
                        "mx.b.example",
                        List.of(
                                new MethodResult(
                                        "dmarc",
                                        "pass",
                                        Optional.of("\"so\""),
                                        Optional.of("x".repeat(9_000)),
                                        List.of()),
                                new MethodResult(
                                        "spf",
                                        "fail",
                                        Optional.empty(),
                                        Optional.empty(),
                                        List.of())));
        var arc =
                new ArcResult(
                        new ArcVerdict.Pass(),
                        List.of(
                                set(1, "a.example", Optional.empty()),
                                set(2, "b.example", Optional.of(found))),
                        List.of());
        var kept = SeenArc.of(arc);
        assertTrue(kept.newest().orElseThrow().length() < 100, kept.newest().get());
        var back = kept.result();
        assertEquals(new ArcVerdict.Pass(), back.verdict());
        assertEquals(
                List.of("a.example", "b.example"),
                back.sets().stream().map(one -> one.sealer().name()).toList());
        assertEquals(
                List.of("dmarc pass", "spf fail"),
                back.sets().getLast().results().orElseThrow().results().stream()
                        .map(one -> one.method() + " " + one.result())
                        .toList());
    }

    private static ArcSet set(
            int instance, String sealer, Optional<AuthenticationResults> results) {
        return new ArcSet(
                instance,
                Domain.of(sealer),
                "s",
                ChainStatus.PASS,
                Optional.empty(),
                Optional.empty(),
                results);
    }

    private static HeaderField field(String name, int octets) {
        var head = name + ": ";
        return new HeaderField(name, head + "x".repeat(octets - head.length() - 2) + "\r\n");
    }

    @Test
    @DisplayName(
            "header fields are kept whole or not at all, the most important first, 8 KiB in all")
    void header() {
        var fields = new ArrayList<HeaderField>();
        fields.add(field("To", 7_000));
        fields.add(field("X-Other", 20));
        fields.add(field("SUBJECT", 1_000));
        fields.add(field("From", 1_000));
        var kept = SeenHeader.of(new HeaderFields(fields));
        assertEquals(List.of("to"), kept.left());
        assertEquals(
                List.of("SUBJECT", "From"),
                kept.header().fields().stream().map(HeaderField::name).toList());
        assertTrue(kept.has("subject") && kept.has("From") && kept.has("list-id"));
        assertFalse(kept.has("to") || kept.has("x-other"));

        fields.set(3, field("From", 9_000));
        assertFalse(SeenHeader.of(new HeaderFields(fields)).has("from"));
    }

    @Test
    @DisplayName("RFC 5322 §4.5: a field with a blank before its colon has the same name again")
    void blank() {
        var odd = new HeaderField("From", "From : a@b.example\r\n");
        var kept = SeenHeader.of(new HeaderFields(List.of(odd, odd)));
        assertEquals(new HeaderFields(List.of(odd, odd)), kept.header());
    }
}
