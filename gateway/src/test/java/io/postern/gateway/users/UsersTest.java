package io.postern.gateway.users;

import static io.postern.gateway.users.UserRig.PASSWORD;
import static io.postern.gateway.users.UserRig.done;
import static io.postern.gateway.users.UserRig.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.StartSecret;
import io.postern.keys.UnwrapException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Users in the store")
class UsersTest {
    @TempDir private Path folder;

    @Test
    @DisplayName("a user is added, gets another password, and is removed")
    void life() {
        try (var rig = new UserRig(folder, "")) {
            var users = rig.users;
            var alice =
                    done(
                            users.add(
                                    "Alice",
                                    List.of("Alice@Example.com", "@lists.example.com"),
                                    PASSWORD));
            assertEquals("alice", alice.name());
            assertEquals("[alice@example.com, @lists.example.com]", alice.addresses().toString());
            assertEquals(Optional.of(true), users.matches("alice", PASSWORD));
            assertEquals(Optional.of(false), users.matches("alice", PASSWORD + "x"));
            assertEquals(Optional.of(false), users.matches("bob", PASSWORD));

            done(users.setPassword("ALICE", "another horse"));
            assertEquals(Optional.of(false), users.matches("alice", PASSWORD));
            assertEquals(Optional.of(true), users.matches("alice", "another horse"));

            done(users.remove("alice"));
            assertEquals(Optional.of(false), users.matches("alice", "another horse"));
            assertTrue(users.list().isEmpty());
        }
    }

    @Test
    @DisplayName("a name that is an address is the user's address")
    void nameIsAddress() {
        try (var rig = new UserRig(folder, "")) {
            var user = done(rig.users.add("bob@example.com", List.of(), PASSWORD));
            assertEquals("[bob@example.com]", user.addresses().toString());
        }
    }

    /// @param want the beginning of what the operator is told
    record Case(String rule, String name, String address, String password, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> refusals() {
        var a = "a@example.com";
        return Stream.of(
                new Case("twice", "alice", a, PASSWORD, "there is a user alice already"),
                new Case(
                        "twice, typed otherwise",
                        "\uff21lice",
                        a,
                        PASSWORD,
                        "there is a user alice already"),
                new Case("no name", "", a, PASSWORD, "\"\" can't be a user's name"),
                new Case("white space", "al ice", a, PASSWORD, "\"al ice\" can't be"),
                new Case("a control", "al\tice", a, PASSWORD, "\"al\tice\" can't be"),
                new Case("over-long", "a".repeat(129), a, PASSWORD, "\"aaa"),
                new Case("no address", "bob", "", PASSWORD, "bob could send as nobody"),
                new Case("not an address", "bob", "bob", PASSWORD, "bob is neither an address"),
                new Case(
                        "a literal",
                        "bob",
                        "bob@[192.0.2.1]",
                        PASSWORD,
                        "bob@[192.0.2.1] is neither"),
                new Case("not a domain", "bob", "@-", PASSWORD, "@- is neither"),
                new Case("a short password", "bob", a, "123456789", "the password is shorter"),
                new Case("no password", "bob", a, "", "the password is shorter"),
                new Case("NUL in it", "bob", a, "1234\0abcdefgh", "the password holds control"),
                new Case("an over-long one", "bob", a, "a".repeat(256), "the password holds"));
    }

    @ParameterizedTest(name = "refused: {0}")
    @MethodSource("refusals")
    void refusals(Case c) {
        try (var rig = new UserRig(folder, "")) {
            done(rig.users.add("alice", List.of("alice@example.com"), PASSWORD));
            var addresses = c.address().isEmpty() ? List.<String>of() : List.of(c.address());
            var why = refused(rig.users.add(c.name(), addresses, c.password()));
            assertTrue(why.startsWith(c.want()), why);
            assertFalse(c.password().length() > 3 && why.contains(c.password()), why);
            assertEquals(1, rig.users.list().size());
        }
    }

    @Test
    @DisplayName("nobody's password is changed, and nobody is removed")
    void nobody() {
        try (var rig = new UserRig(folder, "")) {
            assertEquals("there is no user bob", refused(rig.users.setPassword("bob", PASSWORD)));
            assertEquals("there is no user bob", refused(rig.users.remove("Bob")));
        }
    }

    @Test
    @DisplayName(
            "what is kept is wrapped: the store shows no hash, and another start secret opens none")
    void wrapped() throws Exception {
        try (var rig = new UserRig(folder, "")) {
            done(rig.users.add("alice", List.of("alice@example.com"), PASSWORD));
            var kept =
                    new String(
                            rig.store.values(Users.KIND).get("alice"), StandardCharsets.ISO_8859_1);
            for (var word : List.of("argon2", "SCRAM", "alice@", PASSWORD)) {
                assertFalse(kept.contains(word), word);
            }
            var again =
                    new Users(
                            rig.store,
                            StartSecret.inFolder(folder.resolve("data"), new SecureRandom()),
                            rig.clock,
                            new SecureRandom());
            assertEquals(Optional.of(true), again.matches("alice", PASSWORD));
            var other =
                    StartSecret.inFolder(
                            Files.createDirectory(folder.resolve("other")), new SecureRandom());
            assertThrows(
                    UnwrapException.class,
                    () -> new Users(rig.store, other, rig.clock, new SecureRandom()));
        }
    }

    @Test
    @DisplayName("nobody's SCRAM keys look like a user's, and stay the same")
    void nobodysKeys() {
        try (var rig = new UserRig(folder, "")) {
            done(rig.users.add("alice", List.of("alice@example.com"), PASSWORD));
            var nobody = rig.users.scramKeys("bob").text();
            assertEquals(nobody, rig.users.scramKeys("bob").text());
            assertEquals(rig.users.scramKeys("alice").text().length(), nobody.length());
            assertEquals(
                    rig.users.scramKeys("alice").text().substring(0, 21), nobody.substring(0, 21));
        }
    }

    @Test
    @DisplayName("the PHC string of Argon2id, by the reference implementation's example")
    void phc() {
        var text =
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        var hash = PasswordHash.parse(text).orElseThrow();
        assertTrue(hash.matches("password"));
        assertFalse(hash.matches("Password"));
        assertEquals(text, hash.text());
        assertFalse(hash.toString().contains("CTFh"));
        for (var bad :
                List.of(
                        "",
                        text.replace("argon2id", "argon2i"),
                        text.replace("v=19", "v=16"),
                        text.replace("m=65536", "m=7"),
                        text.replace("m=65536", "m=9999999"),
                        text.replace("t=2", "t=0"),
                        text.replace("t=2", "t=21"),
                        text.replace("p=1", "p=0"),
                        text + "$")) {
            assertTrue(PasswordHash.parse(bad).isEmpty(), bad);
        }
    }

    @Test
    @DisplayName("logins beyond those that are hashed at once are told to come again")
    void bounded() throws Exception {
        var work = new PasswordWork(1, java.time.Duration.ofMillis(1));
        var inside = new java.util.concurrent.CountDownLatch(1);
        var leave = new java.util.concurrent.CountDownLatch(1);
        var one =
                Thread.ofVirtual()
                        .start(() ->
                                work.run(() -> {
                                    inside.countDown();
                                    try {
                                        leave.await();
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                    return true;
                                }));
        inside.await();
        assertEquals(Optional.empty(), work.run(() -> true));
        leave.countDown();
        one.join();
        assertEquals(Optional.of(true), work.run(() -> true));
    }
}
