package io.postern.km.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("requests, rules and approvers' keys as text")
class ConsentFormsTest {
    private final ActRequest request =
            new ActRequest(
                    new Draft("recover", "info@example.com", Map.of("form", "MODERN")),
                    "laptop \"lost\"\n",
                    "00ff",
                    Instant.parse("2026-11-23T12:00:00.5Z"),
                    "a1");

    private static String refused(Runnable act) {
        return String.valueOf(assertThrows(KmException.class, act::run).getMessage());
    }

    /// Changes, cuts and doublings of a text, the same each time.
    private static void damaged(String text, Consumer<String> each) {
        var random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            var changed = new StringBuilder(text);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(3)) {
                    case 0 -> changed.setCharAt(at, (char) random.nextInt(0x180));
                    case 1 -> changed.delete(at, Math.min(changed.length(), at + 1 + n));
                    default -> changed.insert(at, changed.substring(at / 2, at));
                }
                if (changed.isEmpty()) {
                    changed.append('{');
                }
            }
            each.accept(changed.toString());
        }
    }

    @Test
    @DisplayName("RFC 8785: a request is the same octets always, and is read back only if so")
    void request() {
        assertEquals(
                "{\"expires\":\"2026-11-23T12:00:00Z\",\"kind\":\"postern/km/v1/act-request\","
                        + "\"nonce\":\"00ff\",\"op\":\"recover\",\"parameter:form\":\"MODERN\","
                        + "\"reason\":\"laptop \\\"lost\\\"\\n\",\"subject\":\"info@example.com\","
                        + "\"vault\":\"a1\"}",
                request.text());
        assertEquals(Optional.of(request), ActRequest.parse(request.text()));
        for (var text :
                List.of(
                        "",
                        "{}",
                        request.text().replace("\"vault\":\"a1\"", "\"vault\":1"),
                        request.text().replace(",\"vault\":\"a1\"", ""),
                        request.text().replace("act-request", "other"),
                        request.text().replace("12:00:00Z", "12:00:00.5Z"),
                        request.text().replace("2026", "soon"))) {
            assertEquals(Optional.empty(), ActRequest.parse(text), text);
        }
        damaged(
                request.text(),
                text ->
                        ActRequest.parse(text)
                                .ifPresent(parsed -> assertEquals(text, parsed.text())));
    }

    @Test
    @DisplayName("a signature is over all of it: of no other request, key or text")
    void signature() {
        try (var key = ApproverKey.make("anna", new SecureRandom());
                var other = ApproverKey.make("anna", new SecureRandom())) {
            var signature = key.sign(request);
            assertTrue(key.approver().vouches(request, signature));
            assertFalse(other.approver().vouches(request, signature));
            var later =
                    new ActRequest(
                            request.draft(), request.reason(), "0100", request.expires(), "a1");
            assertFalse(key.approver().vouches(later, signature));
            damaged(
                    signature,
                    text ->
                            assertFalse(
                                    !text.equals(signature)
                                            && key.approver().vouches(request, text)));
        }
    }

    @Test
    @DisplayName("rules are read back; damaged ones are refused, not misread")
    void rules() {
        try (var anna = ApproverKey.make("anna", new SecureRandom());
                var boris = ApproverKey.make("boris", new SecureRandom())) {
            var rules =
                    Rules.NONE
                            .with(anna.approver())
                            .with(boris.approver())
                            .with(Map.of(Operation.ADMINISTRATORS, 1, Operation.POLICY, 1))
                            .at(7);
            assertEquals(rules, Rules.parse(rules.text()));
            assertTrue(
                    refused(() -> rules.with(new Approver("dora", anna.approver().publicKey())))
                            .contains("with two names would count twice"));
            damaged(
                    rules.text(),
                    text -> {
                        try {
                            assertTrue(Rules.parse(text).needed(Operation.POLICY) < 10_000_000);
                        } catch (KmException e) {
                            assertTrue(String.valueOf(e.getMessage()).contains("restore it"));
                        }
                    });
        }
    }

    @Test
    @DisplayName("a printed key is of its name; typed with blanks and in lower case it is the same")
    void printed() {
        try (var key = ApproverKey.make("anna", new SecureRandom())) {
            var approver = key.approver();
            var printed = approver.printed();
            assertEquals(approver, Approver.of("Anna", printed));
            assertEquals(
                    approver,
                    Approver.of("anna", " " + printed.toLowerCase(java.util.Locale.ROOT) + " "));
            assertTrue(refused(() -> Approver.of("boris", printed)).contains("belong together"));
            assertTrue(
                    refused(() -> Approver.of("anna", printed.substring(0, 40)))
                            .contains("belong together"));
            assertTrue(refused(() -> Approver.of("an na", printed)).contains("name has up to"));
        }
    }

    @Test
    @DisplayName("a key's file opens by its passphrase alone, and not when its name was changed")
    void file() {
        try (var key = ApproverKey.make("anna", new SecureRandom());
                var right = Secret.of("correct horse battery".toCharArray());
                var wrong = Secret.of("correct horse batterz".toCharArray())) {
            var text = key.file(right, new SecureRandom());
            try (var read = ApproverKey.read(text + "\n", right)) {
                assertEquals(key.approver(), read.approver());
                assertTrue(key.approver().vouches(request, read.sign(request)));
            }
            assertTrue(
                    refused(() -> ApproverKey.read(text, wrong).close())
                            .contains("wrong passphrase of the approver's key of anna"));
            var renamed = text.replace("\"anna\"", "\"dora\"");
            assertTrue(
                    refused(() -> ApproverKey.read(renamed, right).close())
                            .contains("wrong passphrase"));
            for (var bad :
                    List.of(
                            "",
                            "{}",
                            text.substring(1),
                            text.replace("m=65536", "m=99999999"),
                            text.replace("salt=", "salt=x"),
                            text.replace("\"public\":\"", "\"public\":\"0"))) {
                assertTrue(refused(() -> ApproverKey.read(bad, right).close()).length() > 20, bad);
            }
        }
    }
}
