package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.dns.Survey;
import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what all authoritative servers show of a key")
class DnsLookTest {
    private static final Survey.Word NOTHING =
            new Survey.Word.Nothing(false, StillZone.NEGATIVE_TTL);
    private static final Survey.Word TROUBLE = new Survey.Word.Trouble("no answer within 5 s");
    private static final Duration DAY = Duration.ofDays(1);

    private final Scene scene = new Scene();
    private final DkimKey key = scene.begin(KeyType.RSA);
    private final String name = key.recordName();
    private final StillZone zone = new StillZone("ns1", "ns2", "ns3");

    private Looked look(DkimKey.Shown wanted) {
        return look(key, wanted, Scene.RULES);
    }

    private Looked look(DkimKey one, DkimKey.Shown wanted, LifeRules rules) {
        return new DnsLook(zone::survey).at(one, wanted, rules, List.of(one));
    }

    private static Looked look(DkimKey one, DkimKey.Shown wanted, Survey survey) {
        return new DnsLook(_ -> survey).at(one, wanted, Scene.RULES, List.of(one));
    }

    private Looked.Right right() {
        return assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.KEY));
    }

    private Looked.Wrong wrong(DkimKey.Shown wanted) {
        return wrong(look(wanted));
    }

    private static Looked.Wrong wrong(Looked looked) {
        return assertInstanceOf(Looked.Wrong.class, looked, looked.toString());
    }

    private static List<Finding.Kind> kinds(Looked.Wrong wrong) {
        return wrong.findings().stream().map(Finding::kind).distinct().toList();
    }

    private static String unknown(Looked looked) {
        return assertInstanceOf(Looked.Unknown.class, looked, looked.toString()).why();
    }

    @Test
    @DisplayName("right is what every server shows")
    void right_everywhere() {
        zone.put(name, Optional.of(key.recordText()));
        assertEquals(new Looked.Right(StillZone.NEGATIVE_TTL, List.of()), right());
    }

    @Test
    @DisplayName("one server that lags is named")
    void lags() {
        zone.put(name, Optional.of(key.recordText()));
        zone.put("ns2", name, Optional.empty());
        var looked = wrong(DkimKey.Shown.KEY);
        assertEquals("ns2 has no TXT record " + name, looked.words());
        assertEquals(List.of(Finding.Kind.MISSING), kinds(looked));
        assertFalse(looked.absent());
    }

    @Test
    @DisplayName("nothing is believed while one server is silent, though the others are right")
    void silent() {
        zone.put(name, Optional.of(key.recordText()));
        zone.silence("ns3");
        var why = unknown(look(DkimKey.Shown.KEY));
        assertEquals("ns3 gives no answer about " + name + ": no answer within 5 s", why);
        zone.speak("ns3");
        right();
    }

    @Test
    @DisplayName("what one server lacks is believed, though another is silent; but not an absence")
    void silentAndWrong() {
        zone.silence("ns3");
        var looked = wrong(DkimKey.Shown.KEY);
        assertEquals(List.of(Finding.Kind.MISSING), kinds(looked));
        assertFalse(looked.absent());
        assertFalse(wrong(DkimKey.Shown.REVOCATION).absent());
        assertEquals(
                "ns3 gives no answer about " + name + ": no answer within 5 s",
                unknown(look(DkimKey.Shown.NOTHING)));
    }

    private static Survey.Said said(String server, int address, Survey.Word word) {
        var at = new InetSocketAddress("192.0.2." + address, 53);
        return new Survey.Said(server, Optional.of(at), word);
    }

    @Test
    @DisplayName("a server that answers at one of its addresses counts")
    void oneDeadAddress() {
        var texts = new Survey.Word.Texts(List.of(key.recordText()), DAY);
        var said =
                List.of(
                        said("ns1", 1, texts),
                        said("ns1", 2, TROUBLE),
                        said("ns2", 3, TROUBLE),
                        said("ns2", 4, texts));
        var survey = new Survey.Asked("example.com", said, 0, DAY);
        assertInstanceOf(Looked.Right.class, look(key, DkimKey.Shown.KEY, survey));
        var other =
                new Survey.Asked(
                        "example.com",
                        List.of(said("ns1", 1, texts), said("ns1", 2, NOTHING)),
                        0,
                        DAY);
        assertEquals(
                "ns1 has no TXT record " + name,
                wrong(look(key, DkimKey.Shown.KEY, other)).words());
    }

    @Test
    @DisplayName("servers that were passed over are not known to be right")
    void passedOver() {
        zone.put(name, Optional.of(key.recordText()));
        zone.more(2);
        var why = unknown(look(DkimKey.Shown.KEY));
        assertTrue(why.contains("2 servers of example.com were not asked"), why);
        zone.put("ns1", name, Optional.empty());
        assertEquals(List.of(Finding.Kind.MISSING), kinds(wrong(DkimKey.Shown.KEY)));
        zone.put(name, Optional.empty());
        assertFalse(wrong(DkimKey.Shown.REVOCATION).absent());
    }

    @Test
    @DisplayName("no zone is no record; a zone that can't be found is nothing known")
    void zones() {
        var none = look(key, DkimKey.Shown.KEY, new Survey.NoZone("NXDOMAIN"));
        assertEquals("the domain is not in the DNS: NXDOMAIN", wrong(none).words());
        assertTrue(wrong(none).absent());
        var unknown = look(key, DkimKey.Shown.KEY, new Survey.Unknown("SERVFAIL"));
        assertEquals("the servers of " + name + " can't be found: SERVFAIL", unknown(unknown));
    }

    @Test
    @DisplayName("a record may be at the end of a chain of aliases, in other zones")
    void chain() {
        zone.alias(name, "a.example.net");
        zone.alias("a.example.net", "b.example.org");
        zone.put("b.example.org", Optional.of(key.recordText()));
        right();
    }

    @Test
    @DisplayName("an alias to nowhere, in a circle, or through too many is named")
    void badAliases() {
        zone.alias(name, "a.example.net");
        var nowhere = wrong(DkimKey.Shown.KEY);
        assertEquals(List.of(Finding.Kind.ALIAS), kinds(nowhere));
        assertTrue(
                nowhere.words()
                        .startsWith(
                                "ns1 has no TXT record a.example.net, which "
                                        + name
                                        + " is an alias of"),
                nowhere.words());
        zone.alias("a.example.net", name);
        var circle = wrong(DkimKey.Shown.KEY);
        assertEquals(List.of(Finding.Kind.ALIAS), kinds(circle));
        assertEquals("the aliases of " + name + " lead in a circle", circle.words());
        zone.alias("a.example.net", "a1.example.net");
        for (int i = 1; i < 10; i++) {
            zone.alias("a" + i + ".example.net", "a" + (i + 1) + ".example.net");
        }
        var many = wrong(DkimKey.Shown.KEY);
        assertEquals(List.of(Finding.Kind.ALIAS), kinds(many));
        assertTrue(many.words().contains("through more than 4 aliases"), many.words());
    }

    @Test
    @DisplayName("servers that each name other aliases can't make us ask for ever")
    void bounded() {
        int[] count = {0};
        var looked =
                new DnsLook(
                                _ -> {
                                    var said = new ArrayList<Survey.Said>();
                                    for (int i = 0; i < 26; i++) {
                                        var target = "x" + count[0] + "-" + i + ".example.net";
                                        var word = new Survey.Word.Alias(target, DAY);
                                        said.add(
                                                new Survey.Said(
                                                        "ns" + i / 2, Optional.empty(), word));
                                    }
                                    count[0]++;
                                    return new Survey.Asked("example.net", said, 0, DAY);
                                })
                        .at(key, DkimKey.Shown.KEY, Scene.RULES, List.of(key));
        assertEquals(List.of(Finding.Kind.ALIAS), kinds(wrong(looked)));
        assertTrue(count[0] <= 10, count[0] + " questions");
    }

    @Test
    @DisplayName("many findings are told in few words")
    void fewWords() {
        var servers = new String[13];
        for (int i = 0; i < servers.length; i++) {
            servers[i] = "ns%02d.%s.example.net".formatted(i, "x".repeat(60));
        }
        var many = new StillZone(servers);
        many.texts(name, DAY, "y".repeat(60_000));
        var looked = new DnsLook(many::survey).at(key, DkimKey.Shown.KEY, Scene.RULES, List.of());
        var words = wrong(looked).words();
        assertTrue(words.endsWith("; and 5 more"), words);
        assertTrue(words.length() < 4_000, words);
        for (var server : servers) {
            many.silence(server);
        }
        var silent = new DnsLook(many::survey).at(key, DkimKey.Shown.KEY, Scene.RULES, List.of());
        assertTrue(unknown(silent).endsWith("; and 5 more"), unknown(silent));
    }

    @Test
    @DisplayName("in a slot: the alias that belongs there, and what is there instead")
    void slots() {
        scene.rules = Scene.slots();
        var slot = scene.begin(KeyType.RSA);
        var rules = scene.rules;
        var place = "s1.example.com.dkim.example.net";
        assertEquals(place, rules.place(slot));
        var missing = wrong(look(slot, DkimKey.Shown.KEY, rules));
        assertEquals(List.of(Finding.Kind.MISSING), kinds(missing));
        assertTrue(
                missing.words()
                        .contains(
                                "has no CNAME s1._domainkey.example.com, it should be an alias of "
                                        + place),
                missing.words());
        zone.put(slot.recordName(), Optional.of(slot.recordText()));
        var text = wrong(look(slot, DkimKey.Shown.KEY, rules));
        assertTrue(
                text.words()
                        .contains(
                                "has a TXT record at s1._domainkey.example.com, where a CNAME to"),
                text.words());
        zone.alias(slot.recordName(), "s1.example.com.other.example");
        var elsewhere = wrong(look(slot, DkimKey.Shown.KEY, rules));
        assertEquals(List.of(Finding.Kind.ALIAS), kinds(elsewhere));
        assertTrue(elsewhere.words().endsWith("it should be one of " + place), elsewhere.words());
        zone.alias(slot.recordName(), "S1.example.com.DKIM.example.net");
        assertEquals(
                List.of(Finding.Kind.ALIAS), kinds(wrong(look(slot, DkimKey.Shown.KEY, rules))));
        zone.put(place, Optional.of(slot.recordText()));
        assertInstanceOf(Looked.Right.class, look(slot, DkimKey.Shown.KEY, rules));
    }

    @Test
    @DisplayName("RFC 2308 §5: the longest time that anybody may remember something else")
    void earlier() {
        zone.texts(name, DAY.multipliedBy(2), "v=spf1 -all");
        assertEquals(DAY.multipliedBy(2), wrong(DkimKey.Shown.KEY).earlier());
        zone.put(name, Optional.empty());
        assertEquals(StillZone.NEGATIVE_TTL, wrong(DkimKey.Shown.KEY).earlier());
        zone.on("ns2", name, new Survey.Word.Nothing(true, DAY));
        assertEquals(DAY, wrong(DkimKey.Shown.KEY).earlier());
        // Its own TTL does no harm: whoever has it has the right one.
        zone.texts(name, DAY.multipliedBy(2), key.recordText());
        assertEquals(StillZone.NEGATIVE_TTL, right().earlier());
    }

    @Test
    @DisplayName("a void record in caches is waited for by the next key of the slot")
    void earlierRevocation() {
        zone.texts(name, DAY.multipliedBy(2), "v=DKIM1; p=");
        assertEquals(
                DAY.multipliedBy(2),
                assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.REVOCATION)).earlier());
        assertEquals(DAY.multipliedBy(2), wrong(DkimKey.Shown.NOTHING).earlier());
    }

    @Test
    @DisplayName("revocation: an empty p= on every server; nothing at all is absence")
    void revocation() {
        zone.put(name, Optional.of(key.recordText()));
        assertEquals(List.of(Finding.Kind.NOT_WITHDRAWN), kinds(wrong(DkimKey.Shown.REVOCATION)));
        zone.put(name, Optional.of("v=DKIM1; k=rsa; p="));
        assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.REVOCATION));
        zone.put("ns2", name, Optional.of(key.recordText()));
        var lagging = wrong(DkimKey.Shown.REVOCATION);
        assertEquals("ns2: " + name + " still shows the key that should be void", lagging.words());
        assertFalse(lagging.absent());
        zone.put("ns2", name, Optional.empty());
        assertFalse(wrong(DkimKey.Shown.REVOCATION).absent());
        zone.put(name, Optional.empty());
        assertTrue(wrong(DkimKey.Shown.REVOCATION).absent());
    }

    @Test
    @DisplayName("removal: gone is what no server has; somebody else's record is not ours to mind")
    void removal() {
        assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.NOTHING));
        zone.put("ns2", name, Optional.of("v=DKIM1; k=rsa; p="));
        assertEquals(
                "ns2 still has the record " + name + ", though it is void",
                wrong(DkimKey.Shown.NOTHING).words());
        zone.put("ns2", name, Optional.of(key.recordText()));
        assertEquals(List.of(Finding.Kind.NOT_WITHDRAWN), kinds(wrong(DkimKey.Shown.NOTHING)));
        zone.put("ns2", name, Optional.of("v=spf1 -all"));
        assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.NOTHING));
        zone.put("ns2", name, Optional.empty());
        zone.alias(name, "nowhere.example.net");
        assertInstanceOf(Looked.Right.class, look(DkimKey.Shown.NOTHING));
    }
}
