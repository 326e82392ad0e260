package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.http.Enrolment;
import io.postern.km.secret.KmException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("an invitation")
class InviteTest {
    private final Path data;
    private final Scene scene;

    InviteTest(@TempDir Path data) {
        this.data = data;
        scene = Scene.founded(data);
    }

    private record Sent(String token, String passphrase, List<String> serials) {}

    private Sent invite(String address) {
        return scene.opened(
                scene.byKey(),
                vault -> {
                    try (var made =
                            vault.invite(Scene.order(address), Duration.ofDays(7), _ -> {})) {
                        return new Sent(
                                new String(made.token().characters()),
                                new String(made.passphrase().characters()),
                                made.certificates().stream().map(CertificateView::serial).toList());
                    }
                });
    }

    private InviteDesk desk() {
        return InviteDesk.open(scene.world(), scene.secret());
    }

    private static byte[] file(Enrolment.Answer answer) {
        var file = assertInstanceOf(Enrolment.Answer.File.class, answer);
        try (var content = file.content()) {
            return content.copy();
        }
    }

    private static PrivateKey key(byte[] pkcs12, String passphrase)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(pkcs12), passphrase.toCharArray());
        for (var alias : Collections.list(store.aliases())) {
            if (store.getKey(alias, passphrase.toCharArray()) instanceof PrivateKey key) {
                return key;
            }
        }
        throw new AssertionError("no key in it");
    }

    @Test
    @DisplayName(
            "is redeemed while the vault is sealed, in each form, and each time is in the audit")
    void redeemed() throws GeneralSecurityException, IOException {
        var sent = invite("info@example.com");
        try (var desk = desk()) {
            var typed = sent.token.toLowerCase(Locale.ROOT).replace("-", " ");
            var parcel = assertInstanceOf(Enrolment.Answer.Parcel.class, desk.look(typed));
            assertEquals("info@example.com", parcel.address());
            assertEquals(2, parcel.names().size());
            var modern = file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
            var compatible = file(desk.fetch(sent.token, Enrolment.Form.COMPATIBLE, 0));
            assertEquals(key(modern, sent.passphrase), key(compatible, sent.passphrase));
            assertFalse(java.util.Arrays.equals(modern, compatible));
            assertEquals("fetched", desk.all().getFirst().state());
            assertInstanceOf(
                    Enrolment.Answer.None.class, desk.fetch(sent.token, Enrolment.Form.MODERN, 2));
            assertInstanceOf(Enrolment.Answer.Gone.class, desk.done(sent.token));
            assertInstanceOf(Enrolment.Answer.None.class, desk.look(sent.token));
            assertInstanceOf(
                    Enrolment.Answer.None.class, desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
            assertEquals(List.of(), desk.all());
        }
        var lines = scene.looked(KeyManagement::lines);
        assertEquals(5, lines.size(), lines.toString());
        assertEquals(List.of(), scene.looked(km -> km.verify(Optional.empty())).faults());
    }

    @Test
    @DisplayName("opens with no other token, and tells nobody why")
    void wrong() {
        var sent = invite("info@example.com");
        try (var desk = desk()) {
            var other = (sent.token.charAt(0) == 'A' ? 'B' : 'A') + sent.token.substring(1);
            for (var text : List.of("", other, "x".repeat(10_000), "\0", sent.token + "A")) {
                assertEquals(new Enrolment.Answer.None(), desk.look(text));
                assertEquals(new Enrolment.Answer.None(), desk.done(text));
                assertEquals(
                        new Enrolment.Answer.None(), desk.fetch(text, Enrolment.Form.MODERN, 0));
            }
        }
    }

    @Test
    @DisplayName("can be fetched for 24 hours after the first time, then is gone for good")
    void again() {
        var sent = invite("info@example.com");
        try (var desk = desk()) {
            file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
            scene.clock.advance(Duration.ofHours(23));
            file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
            scene.clock.advance(Duration.ofHours(2));
            assertEquals(new Enrolment.Answer.None(), desk.look(sent.token));
        }
        scene.issue("dave@example.com");
        try (var desk = desk()) {
            assertEquals(List.of(), desk.all());
        }
    }

    @Test
    @DisplayName("whose first file was fetched just in time gives the other for 24 hours still")
    void justInTime() {
        var sent = invite("info@example.com");
        scene.clock.advance(Duration.ofDays(7).minusMinutes(1));
        try (var desk = desk()) {
            file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
        }
        scene.clock.advance(Duration.ofHours(23));
        scene.issue("dave@example.com"); // an act takes away what is over
        try (var desk = desk()) {
            file(desk.fetch(sent.token, Enrolment.Form.MODERN, 1));
            scene.clock.advance(Duration.ofHours(2));
            assertEquals(
                    new Enrolment.Answer.None(), desk.fetch(sent.token, Enrolment.Form.MODERN, 1));
        }
    }

    @Test
    @DisplayName("ends; what nobody fetched is told until it is cancelled, which revokes")
    void expired() {
        var sent = invite("info@example.com");
        scene.clock.advance(Duration.ofDays(8));
        scene.issue("dave@example.com");
        try (var desk = desk()) {
            assertEquals(new Enrolment.Answer.None(), desk.look(sent.token));
            assertEquals("expired", desk.all().getFirst().state());
        }
        assertTrue(
                scene.looked(KeyManagement::status).warnings().toString().contains("1 invited"),
                "and status warns");
        var revoked = scene.opened(scene.byKey(), vault -> vault.cancelInvite("Info@Example.com"));
        assertEquals(
                Set.copyOf(sent.serials),
                new HashSet<>(revoked.stream().map(CertificateView::serial).toList()));
        int entries = scene.looked(km -> km.crl("ca").entries());
        assertEquals(2, entries);
        assertThrows(
                KmException.class,
                () -> scene.opened(scene.byKey(), vault -> vault.cancelInvite("info@example.com")));
    }

    @Test
    @DisplayName("asked for with what can be no token opens nothing: no folder is needed to say so")
    void form() {
        var world = scene.world();
        var nowhere =
                new World(
                        data.resolve("nowhere"),
                        world.clock(),
                        world.random(),
                        "operator",
                        Steps.NONE);
        var door = new InviteDoor(nowhere, scene.secret());
        assertEquals(new Enrolment.Answer.None(), door.look("x"));
        assertEquals(new Enrolment.Answer.None(), door.fetch("x", Enrolment.Form.MODERN, 0));
        assertEquals(new Enrolment.Answer.None(), door.done("x"));
        assertEquals(new Enrolment.Answer.Later(), door.look("A".repeat(32)));
    }

    @Test
    @DisplayName("while somebody is at work a right token says later, and loses nothing")
    void busy() {
        var sent = invite("info@example.com");
        try (var desk = desk()) {
            try (var km = scene.lock()) {
                assertEquals("sealed", km.status().state());
                assertEquals(
                        new Enrolment.Answer.Later(),
                        desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
                assertEquals(new Enrolment.Answer.Later(), desk.done(sent.token));
                assertInstanceOf(Enrolment.Answer.Parcel.class, desk.look(sent.token));
            }
            file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0));
        }
    }

    @Test
    @DisplayName("is in the folder without its token, passphrase, or a private key")
    void stolen() throws GeneralSecurityException, IOException {
        var sent = invite("info@example.com");
        byte[] key;
        try (var desk = desk()) {
            key =
                    key(file(desk.fetch(sent.token, Enrolment.Form.MODERN, 0)), sent.passphrase)
                            .getEncoded();
        }
        var scalar = java.util.Arrays.copyOfRange(key, key.length - 40, key.length - 8);
        var hidden =
                List.of(
                        sent.token.getBytes(StandardCharsets.US_ASCII),
                        sent.token.replace("-", "").getBytes(StandardCharsets.US_ASCII),
                        sent.passphrase.getBytes(StandardCharsets.US_ASCII),
                        scalar);
        // PKCS #12 begins with version 3 and id-data: not even the encrypted files are there.
        var pkcs12 = new byte[] {2, 1, 3, 0x30};
        try (var files = Files.walk(data)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var octets = Files.readAllBytes(file);
                for (var secret : hidden) {
                    assertFalse(contains(octets, secret), file.toString());
                }
                if (file.toString().contains("km.db")) {
                    assertFalse(containsPfx(octets, pkcs12), file.toString());
                }
            }
        }
    }

    private static boolean containsPfx(byte[] octets, byte[] version) {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        return text.contains(new String(version, StandardCharsets.ISO_8859_1) + "\u0082");
    }

    private static boolean contains(byte[] octets, byte[] part) {
        return new String(octets, StandardCharsets.ISO_8859_1)
                .contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    @Test
    @DisplayName("is of an address without such certificates; a died act leaves none")
    void twice() {
        invite("info@example.com");
        assertThrows(KmException.class, () -> invite("info@example.com"));
        scene.steps =
                name -> {
                    if (name.equals("invite: line written")) {
                        throw new Scene.Died();
                    }
                };
        assertThrows(Scene.Died.class, () -> invite("dave@example.com"));
        scene.steps = Steps.NONE;
        try (var desk = desk()) {
            assertEquals(1, desk.all().size());
        }
        assertTrue(scene.looked(km -> km.certificates(Optional.of("dave@example.com"))).isEmpty());
    }
}
