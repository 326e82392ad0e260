package io.postern.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Answer;
import io.postern.mail.Domain;
import io.postern.store.MessageStore;
import io.postern.store.StoreException;
import io.postern.testkit.FakeDns;
import io.postern.testkit.TestClock;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("RFC 6376 §3.6 DKIM keys")
class DkimKeysTest {
    private static final Domain EXAMPLE = Domain.of("example.com");
    private static final Set<KeyType> BOTH = EnumSet.allOf(KeyType.class);
    private static final Set<KeyType> ED25519 = EnumSet.of(KeyType.ED25519);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T23:30:00.123456Z"));
    private final MemoryValues values = new MemoryValues();
    private final StartSecret secret = new StartSecret(new byte[32]);
    private final DkimKeys keys = open();

    private DkimKeys open() {
        return new DkimKeys(values, secret, clock, RANDOM, KeyMaker.REAL);
    }

    private Outcome<List<DkimKey>> create(
            String domain, Set<KeyType> types, Optional<String> selector, int bits) {
        return keys.create(wish(domain, types, selector, bits));
    }

    private DkimKey activate(DkimKey key) {
        return done(keys.activateWithoutDns(key.domain(), key.selector(), "for a test"));
    }

    /// Moves a key along the states given.
    private void move(Domain domain, String selector, DkimKey.State... states) {
        for (var state : states) {
            keys.change(
                    domain,
                    all ->
                            all.stream()
                                    .map(key ->
                                            key.selector().equals(selector)
                                                    ? key.with(state, clock.instant(), "test")
                                                    : key)
                                    .toList());
        }
    }

    private static <T> T done(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var why) -> throw new AssertionError(why);
        };
    }

    private List<String> selectors() {
        return keys.list().stream().map(DkimKey::selector).toList();
    }

    @Test
    @DisplayName(
            "a pair is made, signs when it is put to use, and its records verify what it signs")
    void create() throws GeneralSecurityException {
        var created = done(create("Example.COM", BOTH, Optional.empty(), 2048));
        assertEquals(
                List.of("r20261122a", "e20261122a"),
                created.stream().map(DkimKey::selector).toList());
        assertEquals(List.of(), keys.signingKeys(EXAMPLE), "not before it was seen in the DNS");
        var made = created.stream().map(this::activate).toList();
        assertEquals(
                "created: made, published: for a test, active: for a test",
                made.getFirst().history().stream()
                        .map(change -> change.state().word() + ": " + change.cause())
                        .collect(Collectors.joining(", ")));
        var ready = keys.signingKeys(EXAMPLE);
        assertEquals(made, ready.stream().map(ReadySigningKey::key).toList());
        for (var key : ready) {
            assertTrue(verifies(key), key.toString());
        }
        assertEquals(List.of(), keys.signingKeys(Domain.of("example.net")));
    }

    /// Whether the record as published verifies what the key signs, with the JDK's own providers.
    private static boolean verifies(ReadySigningKey ready) throws GeneralSecurityException {
        var text = "text".getBytes(StandardCharsets.UTF_8);
        var signer = Signature.getInstance(ready.key().type().signatureName());
        signer.initSign(ready.privateKey());
        signer.update(text);
        var signature = signer.sign();
        var record = ready.key().recordText();
        var p = Base64.getDecoder().decode(record.substring(record.indexOf("p=") + 2));
        var verifier =
                switch (ready.key().type()) {
                    case RSA -> {
                        var rsa = Signature.getInstance("SHA256withRSA", "SunRsaSign");
                        rsa.initVerify(
                                KeyFactory.getInstance("RSA", "SunRsaSign")
                                        .generatePublic(new X509EncodedKeySpec(p)));
                        yield rsa;
                    }
                    case ED25519 -> {
                        assertEquals(32, p.length, "RFC 8463 §4: without SubjectPublicKeyInfo");
                        var spki =
                                Der.element(
                                        Der.SEQUENCE,
                                        Der.element(
                                                Der.SEQUENCE,
                                                Der.element(
                                                        Der.OBJECT_IDENTIFIER,
                                                        new byte[] {43, 101, 112})),
                                        Der.element(3, new byte[1], p));
                        var ed = Signature.getInstance("Ed25519", "SunEC");
                        ed.initVerify(
                                KeyFactory.getInstance("Ed25519", "SunEC")
                                        .generatePublic(new X509EncodedKeySpec(spki)));
                        yield ed;
                    }
                };
        verifier.update(text);
        return verifier.verify(signature);
    }

    @Test
    @DisplayName("RFC 1035 §3.3: a zone file takes the records as they are printed")
    void records() {
        done(create("example.com", BOTH, Optional.empty(), 2048));
        var records = keys.records(EXAMPLE);
        var zone = records.stream().map(DkimRecord::zoneLine).collect(Collectors.joining("\n"));
        var dns = FakeDns.zone(zone);
        for (var record : records) {
            assertTrue(record.strings().stream().allMatch(s -> s.length() <= 255));
            var answer = assertInstanceOf(Answer.Records.class, dns.txt(record.name()));
            assertEquals(List.of(record.text()), answer.records());
        }
        assertEquals(
                List.of("e20261122a._domainkey.example.com", "r20261122a._domainkey.example.com"),
                records.stream().map(DkimRecord::name).toList());
        assertEquals(List.of(1, 2), records.stream().map(r -> r.strings().size()).toList());
    }

    @Test
    @DisplayName("a selector never comes back: the next letter, another day, after removal")
    void collisions() {
        done(create("example.com", ED25519, Optional.empty(), 0));
        move(
                EXAMPLE,
                "e20261122a",
                DkimKey.State.RETIRING,
                DkimKey.State.REVOKED,
                DkimKey.State.REMOVED);
        done(create("example.com", ED25519, Optional.empty(), 0));
        done(create("example.net", ED25519, Optional.empty(), 0));
        clock.advance(Duration.ofHours(1));
        done(create("example.com", ED25519, Optional.empty(), 0));
        assertEquals(List.of("e20261122a", "e20261122b", "e20261123a", "e20261122a"), selectors());
        for (int i = 0; i < 27; i++) {
            done(create("example.org", ED25519, Optional.empty(), 0));
        }
        assertTrue(keys.find(Domain.of("example.org"), "e20261123aa").isPresent());
    }

    @Test
    @DisplayName("all is there again after a restart")
    void restart() throws GeneralSecurityException {
        done(create("example.com", BOTH, Optional.empty(), 2048)).forEach(this::activate);
        done(keys.importKey("example.net", "Mail.2020", SEED));
        var net = Domain.of("example.net");
        done(keys.activateWithoutDns(net, "mail.2020", "a\nb"));
        keys.change(
                net,
                all ->
                        List.of(
                                all.getFirst()
                                        .asCompromised()
                                        .withSight(
                                                Sight.NONE
                                                        .right(clock.instant(), Duration.ofHours(1))
                                                        .unknown("no answer"))));
        move(net, "mail.2020", DkimKey.State.RETIRING);
        var again = open();
        assertEquals(keys.list(), again.list());
        assertEquals(2, again.signingKeys(EXAMPLE).size());
        assertTrue(verifies(again.signingKeys(EXAMPLE).getFirst()));
        assertEquals(List.of(), again.signingKeys(Domain.of("example.net")));
        assertEquals("a b", again.list().getLast().history().get(2).cause());
    }

    @Test
    @DisplayName("no private key is in clear in the store, and none is printed")
    void wrapped() {
        done(keys.importKey("example.com", "s", SEED));
        var seed = new String(Base64.getDecoder().decode(SEED), StandardCharsets.ISO_8859_1);
        for (var value : values.kept.values()) {
            var text = new String(value, StandardCharsets.ISO_8859_1);
            assertFalse(text.contains(seed) || text.contains(SEED.substring(4, 30)), text);
        }
        assertFalse(keys.signingKeys(EXAMPLE).toString().contains(SEED.substring(4, 30)));
    }

    record Tampered(String rule, Function<String, String> change, String why) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Tampered> tampered() {
        return Stream.of(
                new Tampered(
                        "domain",
                        s -> s.replace("domain=example.com", "domain=example.net"),
                        "damaged"),
                new Tampered("no state", s -> s.substring(0, s.indexOf("state=")), "damaged"),
                new Tampered(
                        "unknown state", s -> s.replace("state=active", "state=new"), "damaged"),
                new Tampered("not base64", s -> s.replace("private=", "private=!"), "damaged"),
                new Tampered("another version", s -> s.replace("key 1", "key 2"), "damaged"),
                new Tampered("no field", s -> s.replace("bits=", "bats="), "damaged"),
                new Tampered("no equals sign", s -> s + "x", "damaged"),
                new Tampered("empty", _ -> "", "damaged"));
    }

    static Stream<Tampered> changed() {
        return Stream.of(
                new Tampered("public half", s -> s.replace("public=11", "public=12"), "changed"),
                new Tampered("time", s -> s.replace("created=2026", "created=2027"), "changed"),
                new Tampered(
                        "private half",
                        s -> s.replaceFirst("(private=.{90})..", "$1zz"),
                        "changed"));
    }

    @ParameterizedTest(name = "one that was changed is told of, and keeps no other from use: {0}")
    @MethodSource("changed")
    void changed(Tampered c) {
        activate(done(keys.importKey("example.com", "s", SEED)));
        tamper(c);
        activate(done(keys.importKey("example.net", "s", SEED)));
        var again = open();
        assertEquals(1, again.unopenable().size());
        assertTrue(again.unopenable().getFirst().contains(c.why()), again.unopenable()::toString);
        var damaged = again.signingKeys(EXAMPLE).getFirst();
        assertThrows(UnwrapException.class, damaged::privateKey);
        var other = again.signingKeys(Domain.of("example.net")).getFirst();
        assertEquals("EdDSA", other.privateKey().getAlgorithm());
    }

    private void tamper(Tampered c) {
        values.kept.replaceAll((_, value) ->
                c.change()
                        .apply(new String(value, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "a damaged value is refused: {0}")
    @MethodSource("tampered")
    void tampered(Tampered c) {
        activate(done(keys.importKey("example.com", "s", SEED)));
        tamper(c);
        var refusal = assertThrows(KeysException.class, this::open);
        assertTrue(refusal.toString().contains(c.why()), refusal.getMessage());
    }

    @Test
    @DisplayName("another start secret is named as such")
    void anotherSecret() {
        activate(done(keys.importKey("example.com", "s", SEED)));
        var other = new StartSecret(RANDOM.generateSeed(32));
        var refusal =
                assertThrows(
                        UnwrapException.class,
                        () -> new DkimKeys(values, other, clock, RANDOM, KeyMaker.REAL));
        assertEquals(UnwrapException.Cause.WRONG_SECRET, refusal.why());
    }

    record Bad(String rule, Function<DkimKeys, Outcome<?>> act, String why) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Bad create(String rule, String domain, String selector, String why) {
        return new Bad(rule, k -> k.create(wish(domain, ED25519, Optional.of(selector), 0)), why);
    }

    private static DkimKeys.Wish wish(
            String domain, Set<KeyType> types, Optional<String> selector, int bits) {
        return new DkimKeys.Wish(domain, types, selector, bits, "made");
    }

    static Stream<Bad> bad() {
        var longDomain = "a.".repeat(110) + "example.com";
        return Stream.of(
                create("selector twice", "example.com", "TAKEN", "already has a key"),
                create("empty selector", "example.com", "", "not a selector"),
                create("underscore", "example.com", "a_b", "not a selector"),
                create("space", "example.com", "a b", "not a selector"),
                create("hyphen at the end", "example.com", "a-", "not a selector"),
                create("empty label", "example.com", "a..b", "not a selector"),
                create("label of 64 octets", "example.com", "a".repeat(64), "not a selector"),
                create("not ASCII", "example.com", "\u00e9", "not a selector"),
                create("zone file syntax", "example.com", "a\"\n", "not a selector"),
                create("name too long", longDomain, "selector-of-20261122", "at most 253"),
                create("not a domain", "exa mple.com", "s", "not a domain: exa mple.com"),
                create("no domain", "", "s", "not a domain"),
                create("control characters", "a\u001b[31m", "s", "not a domain: a [31m"),
                new Bad(
                        "no type",
                        k -> k.create(wish("example.com", Set.of(), Optional.empty(), 0)),
                        "no key type"),
                new Bad(
                        "one selector for two",
                        k -> k.create(wish("example.com", BOTH, Optional.of("s"), 2048)),
                        "one key type"),
                new Bad(
                        "RFC 8301 §3.2: 1024 bits",
                        k -> k.create(wish("example.com", BOTH, Optional.empty(), 1024)),
                        "2048 to 4096"),
                new Bad(
                        "RFC 8301 §3.2: 8192 bits",
                        k -> k.create(wish("example.com", BOTH, Optional.empty(), 8192)),
                        "2048 to 4096"),
                new Bad(
                        "import: selector twice",
                        k -> k.importKey("example.com", "taken", SEED),
                        "already has a key"),
                new Bad("import: not a domain", k -> k.importKey("-", "s", SEED), "not a domain"),
                new Bad(
                        "import: not a key",
                        k -> k.importKey("example.com", "s", "x"),
                        "neither PEM nor base64"),
                new Bad(
                        "activate: unknown",
                        k -> k.activateWithoutDns(EXAMPLE, "x", "test"),
                        "there is no key"));
    }

    @ParameterizedTest(name = "refused: {0}")
    @MethodSource("bad")
    void refused(Bad c) {
        done(keys.importKey("example.com", "taken", SEED));
        var before = keys.list();
        var kept = values.kept.size();
        var refusal = assertInstanceOf(Outcome.Refused.class, c.act().apply(keys));
        assertTrue(refusal.why().contains(c.why()), refusal.why());
        assertEquals(before, keys.list());
        assertEquals(kept, values.kept.size());
    }

    @Test
    @DisplayName("revoked: an empty p=, signs no more, and never again")
    void revoked() {
        activate(done(keys.importKey("example.com", "s", SEED)));
        move(EXAMPLE, "s", DkimKey.State.RETIRING, DkimKey.State.REVOKED);
        assertEquals("v=DKIM1; k=ed25519; p=", keys.records(EXAMPLE).getFirst().text());
        assertEquals(List.of(), keys.signingKeys(EXAMPLE));
        assertInstanceOf(Outcome.Refused.class, keys.activateWithoutDns(EXAMPLE, "s", "no"));
        move(EXAMPLE, "s", DkimKey.State.REMOVED);
        assertEquals(List.of(), keys.records(EXAMPLE));
    }

    static Stream<List<DkimKey.State>> skips() {
        return Stream.of(
                List.of(DkimKey.State.ACTIVE),
                List.of(DkimKey.State.REVOKED),
                List.of(DkimKey.State.REMOVED),
                List.of(DkimKey.State.PUBLISHED, DkimKey.State.REVOKED),
                List.of(DkimKey.State.RETIRING, DkimKey.State.REMOVED),
                List.of(DkimKey.State.RETIRING, DkimKey.State.PUBLISHED),
                List.of(DkimKey.State.RETIRING, DkimKey.State.REVOKED, DkimKey.State.ACTIVE));
    }

    @ParameterizedTest(name = "no step is skipped: created, then {0}")
    @MethodSource("skips")
    void noStepIsSkipped(List<DkimKey.State> states) {
        done(keys.importKey("example.com", "s", SEED));
        move(EXAMPLE, "s", states.subList(0, states.size() - 1).toArray(DkimKey.State[]::new));
        var before = keys.list();
        assertThrows(IllegalStateException.class, () -> move(EXAMPLE, "s", states.getLast()));
        assertEquals(before, keys.list());
        assertEquals(before, open().list());
    }

    @Test
    @DisplayName("two keys of one type never sign at once: the newer takes over in one step")
    void neverTwoActive() {
        activate(done(keys.importKey("example.com", "s", SEED)));
        clock.advance(Duration.ofHours(1));
        var second = done(create("example.com", ED25519, Optional.empty(), 0)).getFirst();
        move(EXAMPLE, second.selector(), DkimKey.State.PUBLISHED);
        assertThrows(
                IllegalStateException.class,
                () -> move(EXAMPLE, second.selector(), DkimKey.State.ACTIVE));
        activate(second);
        assertEquals(
                "e20261123a active, s retiring",
                open().list().stream()
                        .map(key -> key.selector() + " " + key.state().word())
                        .collect(Collectors.joining(", ")));
    }

    @Test
    @DisplayName("a slot comes back when its key is removed, and not before; each is another key")
    void slots() {
        var first = done(keys.createInSlot(EXAMPLE, KeyType.ED25519, "e1", 0, "test"));
        activate(first);
        assertInstanceOf(
                Outcome.Refused.class,
                keys.createInSlot(EXAMPLE, KeyType.ED25519, "e1", 0, "test"));
        move(EXAMPLE, "e1", DkimKey.State.RETIRING, DkimKey.State.REVOKED, DkimKey.State.REMOVED);
        var second = done(keys.createInSlot(EXAMPLE, KeyType.ED25519, "e1", 0, "test"));
        assertFalse(first.publicKey().equals(second.publicKey()));
        assertEquals(2, keys.find(EXAMPLE, "e1").orElseThrow().generation());
        assertEquals(keys.list(), open().list());
        activate(second);
        assertEquals(second.publicKey(), open().signingKeys(EXAMPLE).getFirst().key().publicKey());
    }

    @Test
    @DisplayName("RFC 8301 §3.2: no RSA key of 1024 bits, in a slot neither")
    void shortKeyInSlot() {
        var refusal =
                assertInstanceOf(
                        Outcome.Refused.class,
                        keys.createInSlot(EXAMPLE, KeyType.RSA, "s1", 1024, "test"));
        assertTrue(refusal.why().contains("2048 to 4096"), refusal.why());
    }

    @Test
    @DisplayName("RFC 2308 §5: a slot's next key waits for what the one before left in caches")
    void slotRemembers() {
        activate(done(keys.createInSlot(EXAMPLE, KeyType.ED25519, "e1", 0, "test")));
        var sight = Sight.NONE.right(clock.instant(), Duration.ofDays(2));
        keys.change(EXAMPLE, all -> List.of(all.getFirst().withSight(sight)));
        move(EXAMPLE, "e1", DkimKey.State.RETIRING, DkimKey.State.REVOKED, DkimKey.State.REMOVED);
        var second = done(keys.createInSlot(EXAMPLE, KeyType.ED25519, "e1", 0, "test"));
        assertEquals(Duration.ofDays(2), second.sight().earlier());
        assertEquals(Optional.empty(), second.sight().seenSince());
    }

    @Test
    @DisplayName("a compromised key is not put to use")
    void compromised() {
        done(keys.importKey("example.com", "s", SEED));
        keys.change(EXAMPLE, all -> List.of(all.getFirst().asCompromised()));
        assertInstanceOf(Outcome.Refused.class, keys.activateWithoutDns(EXAMPLE, "s", "no"));
        assertEquals(List.of(), keys.signingKeys(EXAMPLE));
    }

    @Test
    @DisplayName("a clock that goes back makes no later key the older one, and ends no use early")
    void clockGoesBack() {
        var first = activate(done(keys.importKey("example.com", "s", SEED)));
        var began = first.since();
        clock.advance(Duration.ofHours(-1));
        var second = done(create("example.com", ED25519, Optional.empty(), 0)).getFirst();
        assertTrue(second.createdAt().isAfter(first.createdAt()));
        activate(second);
        var retired = keys.find(EXAMPLE, "s").orElseThrow();
        assertEquals(Optional.of(began), retired.lastSigned(clock.instant()));
    }

    @Test
    @DisplayName("a key that the store did not keep does not sign")
    void storeFails() {
        values.full.set(true);
        assertThrows(StoreException.class, () -> keys.importKey("example.com", "s", SEED));
        assertEquals(List.of(), keys.signingKeys(EXAMPLE));
        values.full.set(false);
        done(keys.importKey("example.com", "s", SEED));
    }

    @Test
    @DisplayName("decoded keys are kept, not decoded for each message or change")
    void decodedOnce() {
        activate(done(keys.importKey("example.com", "s", SEED)));
        var before = keys.signingKeys(EXAMPLE).getFirst().privateKey();
        done(keys.importKey("example.com", "t", SEED));
        assertSame(before, keys.signingKeys(EXAMPLE).getFirst().privateKey());
    }

    /// A store that has only values, and fails where it is asked for more.
    private static MessageStore storeOf(Map<String, byte[]> kept) {
        return (MessageStore)
                Proxy.newProxyInstance(
                        MessageStore.class.getClassLoader(),
                        new Class<?>[] {MessageStore.class},
                        (_, method, arguments) ->
                                switch (method.getName()) {
                                    case "values" -> Map.copyOf(kept);
                                    case "putValues" ->
                                            kept.isEmpty()
                                                    ? put(kept, arguments)
                                                    : CompletableFuture.failedFuture(
                                                            new StoreException("full"));
                                    default -> throw new AssertionError(method);
                                });
    }

    private static CompletableFuture<Void> put(Map<String, byte[]> kept, Object[] arguments) {
        assertEquals(DkimKeys.KIND, arguments[0]);
        ((Map<?, ?>) arguments[1])
                .forEach((name, value) -> kept.put((String) name, (byte[]) value));
        return CompletableFuture.completedFuture(null);
    }

    @Test
    @DisplayName("in a message store: returns when it is kept, throws what the store says")
    void inStore() {
        var kept = new TreeMap<String, byte[]>();
        var stored = new DkimKeys(storeOf(kept), secret, clock, RANDOM);
        done(stored.importKey("example.com", "s", SEED));
        assertEquals(Set.of("example.com/s"), kept.keySet());
        var refusal =
                assertThrows(
                        StoreException.class, () -> stored.importKey("example.com", "t", SEED));
        assertEquals("full", refusal.getMessage());
        assertEquals(1, new DkimKeys(storeOf(kept), secret, clock, RANDOM).list().size());
    }
}
