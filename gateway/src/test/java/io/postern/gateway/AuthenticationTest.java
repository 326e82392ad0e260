package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.QueueFilter;
import io.postern.store.QueueId;
import io.postern.testkit.FakeDns;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Strangers' mail from the dialogue to the inside server: what is found, written, and done.
@DisplayName("authentication of strangers' mail")
@Timeout(60)
class AuthenticationTest {
    /// Everybody comes from 127.0.0.1.
    private static final String ZONE =
            """
            good.example. 60 IN TXT "v=spf1 ip4:127.0.0.1 -all"
            _dmarc.good.example. 60 IN TXT "v=DMARC1; p=reject"
            strict.example. 60 IN TXT "v=spf1 -all exp=why.%{d}"
            why.strict.example. 60 IN TXT "%{i} is none of ours"
            _dmarc.strict.example. 60 IN TXT "v=DMARC1; p=reject"
            mild.example. 60 IN TXT "v=spf1 -all"
            _dmarc.mild.example. 60 IN TXT "v=DMARC1; p=quarantine"
            testing.example. 60 IN TXT "v=spf1 -all"
            _dmarc.testing.example. 60 IN TXT "v=DMARC1; p=reject; t=y"
            careless.example. 60 IN TXT "v=spf1 ?all"
            _dmarc.watching.example. 60 IN TXT "v=DMARC1; p=none"
            helo.example. 60 IN TXT "v=spf1 a -all"
            helo.example. 60 IN A 127.0.0.1
            """;

    @TempDir private Path folder;
    private Sink inside;
    private FakeDns dns;
    private @Nullable House opened;

    @BeforeEach
    void open() throws Exception {
        inside = new Sink();
        dns = FakeDns.zone(ZONE + Signed.record("strict.example") + Signed.record("good.example"));
    }

    @AfterEach
    void close() {
        house().close();
        inside.close();
    }

    private House house() {
        return Objects.requireNonNull(opened);
    }

    private void open(String more) throws Exception {
        opened =
                new House(folder, configuration() + more, InstantSource.system(), Optional.of(dns));
    }

    private String configuration() {
        return """
        hostname = "gw.example.com"
        data = "data"
        [[listener]]
        role = "inbound"
        address = "127.0.0.1:0"
        [[listener]]
        role = "outbound"
        address = "127.0.0.1:0"
        [[domain]]
        name = "example.com"
        recipients = { list = ["info@example.com"], tarpit = "0s" }
        deliver_to = ["127.0.0.1:%d"]
        [strangers]
        verify_domain = false
        [dns]
        servers = ["127.0.0.1:1"]
        [outbound]
        smart_host = "127.0.0.1:1"
        """
                .formatted(inside.port());
    }

    private static String letter(String from) {
        return "From: %s\nTo: info@example.com\nSubject: x\nDate: Sun, 22 Nov 2026 05:00:00 +0000\n\nHello\n"
                .formatted(from);
    }

    private String deliver(String from, String message) throws Exception {
        try (var talk = new Talk(house().gateway().ports().getFirst())) {
            return talk.deliver(from, "info@example.com", message);
        }
    }

    private String arrived() throws Exception {
        return inside.next().content();
    }

    /// One field, unfolded.
    private static String field(String message, String name) {
        var found =
                message.substring(0, message.indexOf("\r\n\r\n") + 2)
                        .replaceAll("\r\n[ \t]+", " ")
                        .lines()
                        .filter(line -> line.startsWith(name + ": "))
                        .toList();
        assertEquals(1, found.size(), message);
        return found.getFirst();
    }

    @Test
    @DisplayName("RFC 8601 §4: one field on top says what was found, and Received-SPF with it")
    void written() throws Exception {
        open("");
        var reply = deliver("a@good.example", letter("A <a@good.example>"));
        assertTrue(reply.startsWith("250 2.0.0 "), reply);
        var message = arrived();
        assertTrue(message.startsWith("Authentication-Results: gw.example.com;"), message);
        var results = field(message, "Authentication-Results");
        assertTrue(results.contains("spf=pass"), results);
        assertTrue(results.contains("smtp.mailfrom=good.example"), results);
        assertTrue(results.contains("dkim=none"), results);
        assertTrue(results.contains("dmarc=pass"), results);
        assertTrue(results.contains("header.from=good.example"), results);
        var spf = field(message, "Received-SPF");
        assertTrue(spf.startsWith("Received-SPF: pass"), spf);
        assertTrue(spf.contains("client-ip=127.0.0.1"), spf);
        assertTrue(message.indexOf("Received-SPF:") < message.indexOf("Received: from"), message);
    }

    @Test
    @DisplayName(
            "RFC 9989 §5.4: what fails and is to be rejected is refused, with domain and reason")
    void rejects() throws Exception {
        open("");
        assertEquals(
                "550 5.7.1 strict.example asks that mail in its name be refused when neither SPF"
                        + " nor DKIM shows that it sent it (DMARC): SPF fail for strict.example,"
                        + " no DKIM signature",
                deliver("a@strict.example", letter("a@strict.example")));
        assertEquals(0, house().gateway().store().count(QueueFilter.ALL));
        assertTrue(inside.empty());
    }

    @Test
    @DisplayName(
            "RFC 9989 §4.10.2: another domain's good signature and SPF say nothing of the author")
    void notAligned() throws Exception {
        open("");
        var message = Signed.by("good.example", letter("a@strict.example"), Instant.now());
        var reply = deliver("a@good.example", message);
        assertTrue(reply.startsWith("550 5.7.1 strict.example asks"), reply);
        assertTrue(reply.endsWith("SPF pass for good.example, DKIM pass for good.example"), reply);
    }

    @Test
    @DisplayName("RFC 9989 §5.3: a signature of the author domain passes what SPF does not know")
    void signed() throws Exception {
        open("");
        var message = Signed.by("strict.example", letter("a@strict.example"), Instant.now());
        var reply = deliver("list@careless.example", message);
        assertTrue(reply.startsWith("250 "), reply);
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("dkim=pass"), results);
        assertTrue(results.contains("header.d=strict.example"), results);
        assertTrue(results.contains("dmarc=pass"), results);
    }

    @Test
    @DisplayName("a broken signature is not held against a message that nobody asks to refuse")
    void brokenSignature() throws Exception {
        open("");
        var signed = Signed.by("good.example", letter("a@careless.example"), Instant.now());
        var reply = deliver("a@careless.example", signed.replace("Hello", "Hullo"));
        assertTrue(reply.startsWith("250 "), reply);
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("dkim=fail"), results);
        assertTrue(results.contains("dmarc=none"), results);
    }

    @Test
    @DisplayName("mail without any of it is taken: unsigned alone is no reason")
    void unsigned() throws Exception {
        open("");
        var reply = deliver("a@nothing.example", letter("a@nothing.example"));
        assertTrue(reply.startsWith("250 "), reply);
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("spf=none"), results);
        assertTrue(results.contains("dmarc=none"), results);
    }

    @Test
    @DisplayName("RFC 7208 §2.4: a null reverse-path is judged by postmaster@ the HELO name")
    void nullReversePath() throws Exception {
        open("");
        try (var talk = new Talk(house().gateway().ports().getFirst())) {
            talk.say("EHLO helo.example");
            talk.say("MAIL FROM:<>");
            talk.say("RCPT TO:<info@example.com>");
            talk.say("DATA");
            talk.send(letter("a@helo.example").replace("\n", "\r\n"));
            var reply = talk.say(".");
            assertTrue(reply.startsWith("250 "), reply);
        }
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("spf=pass"), results);
        assertTrue(results.contains("smtp.helo=helo.example"), results);
    }

    /// @param settings of `[authentication]`
    /// @param reply how it begins
    /// @param tag that arrives, if any
    record Acted(String rule, String settings, String from, String reply, Optional<String> tag) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Acted> acted() {
        var dmarc = Optional.of("dmarc");
        var nothing = Optional.<String>empty();
        return Stream.of(
                new Acted("quarantine tags by default", "", "a@mild.example", "250 ", dmarc),
                new Acted(
                        "on_quarantine = refuse",
                        "on_quarantine = \"refuse\"",
                        "a@mild.example",
                        "550 5.7.1 mild.example asks that mail in its name be quarantined ",
                        nothing),
                new Acted(
                        "RFC 9989 §4.7 t=y: one level milder",
                        "",
                        "a@testing.example",
                        "250 ",
                        dmarc),
                new Acted(
                        "on_reject = accept",
                        "on_reject = \"accept\"",
                        "a@strict.example",
                        "250 ",
                        nothing),
                new Acted(
                        "on_reject = tag",
                        "on_reject = \"tag\"",
                        "a@strict.example",
                        "250 ",
                        dmarc),
                new Acted(
                        "exempt domains and those below",
                        "exempt = [\"strict.example\"]",
                        "a@sub.strict.example",
                        "250 ",
                        nothing),
                new Acted(
                        "trusted forwarders",
                        "forwarders = [\"127.0.0.0/8\"]",
                        "a@strict.example",
                        "250 ",
                        nothing),
                new Acted(
                        "trusted forwarders, whose mail SPF fails by nature",
                        "on_spf_fail = \"refuse\"\nforwarders = [\"127.0.0.0/8\"]",
                        "a@strict.example",
                        "250 ",
                        nothing),
                new Acted(
                        "on_spf_fail = refuse, with the domain's words",
                        "on_reject = \"accept\"\non_spf_fail = \"refuse\"",
                        "a@strict.example",
                        "550 5.7.23 SPF of strict.example does not allow this client:"
                                + " 127.0.0.1 is none of ours",
                        nothing),
                new Acted(
                        "enabled = false: nothing is looked up",
                        "enabled = false",
                        "a@strict.example",
                        "250 ",
                        nothing));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("acted")
    void acted(Acted c) throws Exception {
        open("[authentication]\n" + c.settings());
        var reply = deliver(c.from(), letter(c.from()));
        assertTrue(reply.startsWith(c.reply()), reply);
        if (c.reply().startsWith("250")) {
            var message = arrived();
            assertEquals(c.tag().isPresent(), message.contains("X-Postern-Tag: "), message);
            c.tag()
                    .ifPresent(tag ->
                            assertTrue(
                                    message.contains("X-Postern-Tag: " + tag + "\r\n"), message));
        }
        assertEquals(
                c.rule().startsWith("enabled"),
                dns.lookups("_dmarc.strict.example") == 0
                        && dns.lookups("_dmarc.mild.example") == 0
                        && dns.lookups("_dmarc.testing.example") == 0);
    }

    @Test
    @DisplayName("on_quarantine = hold: kept until it is released")
    void held() throws Exception {
        open("[authentication]\non_quarantine = \"hold\"");
        var reply = deliver("a@mild.example", letter("a@mild.example"));
        assertTrue(reply.startsWith("250 "), reply);
        assertTrue(inside.empty());
        assertEquals(1, house().gateway().store().count(QueueFilter.ALL));
    }

    @Test
    @DisplayName("a rule that allows spares a failure; rules see every result")
    void rules() throws Exception {
        open(
                """
                [[rule]]
                name = "friend"
                stage = "message"
                when = 'dmarc.result == "fail" && spf.result == "fail" && dmarc.policy == "reject" && dkim.results.size() == 0 && reverse_path.local == "friend"'
                action = "allow"
                """);
        assertTrue(
                deliver("foe@strict.example", letter("a@strict.example")).startsWith("550 5.7.1 "));
        var reply = deliver("friend@strict.example", letter("a@strict.example"));
        assertTrue(reply.startsWith("250 "), reply);
        assertTrue(field(arrived(), "Authentication-Results").contains("dmarc=fail"));
    }

    @Test
    @DisplayName("RFC 9989 §5.3.6: when the DNS does not say, 451, or temperror is written")
    void dnsTrouble() throws Exception {
        dns.fail("_dmarc.strict.example");
        open("");
        var reply = deliver("a@strict.example", letter("a@strict.example"));
        assertTrue(reply.startsWith("451 4.7.5 whether strict.example sent this "), reply);
        house().close();
        open("[authentication]\non_dns_trouble = \"accept\"");
        assertTrue(deliver("a@strict.example", letter("a@strict.example")).startsWith("250 "));
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("dmarc=temperror"), results);
    }

    @Test
    @DisplayName("SPF alone refuses nothing while the DNS does not say whether DKIM speaks for it")
    void troubleOfDkim() throws Exception {
        dns.fail("s1._domainkey.strict.example");
        open("[authentication]\non_dns_trouble = \"accept\"\non_spf_fail = \"refuse\"\n");
        var signed = Signed.by("strict.example", letter("a@strict.example"), Instant.now());
        var reply = deliver("a@strict.example", signed);
        assertTrue(reply.startsWith("250 "), reply);
        assertTrue(field(arrived(), "Authentication-Results").contains("dmarc=temperror"));
    }

    @Test
    @DisplayName("a trusted sealer whose key the DNS does not give: 451, never 550")
    void troubleOfArc() throws Exception {
        dns.fail("s1._domainkey.good.example");
        open("[authentication]\ntrusted_sealers = [\"good.example\"]\n");
        var sealed = Signed.sealedBy("good.example", letter("a@strict.example"), Instant.now());
        var reply = deliver("list@good.example", sealed);
        assertTrue(reply.startsWith("451 4.7.5 "), reply);
        dns.recover("s1._domainkey.good.example");
        assertTrue(deliver("list@good.example", sealed).startsWith("250 "));
    }

    @Test
    @DisplayName("RFC 9989 §5.3.6: nobody waits for an answer on which nothing depends")
    void needlessTrouble() throws Exception {
        dns.fail("_dmarc.strict.example").fail("watching.example");
        open("[authentication]\nforwarders = [\"127.0.0.0/8\"]\n");
        var forwarded = deliver("a@strict.example", letter("a@strict.example"));
        assertTrue(forwarded.startsWith("250 "), forwarded);
        assertTrue(field(arrived(), "Authentication-Results").contains("dmarc=temperror"));
        house().close();
        open("");
        // p=none: a failure would not be acted upon either.
        var watched = deliver("a@watching.example", letter("a@watching.example"));
        assertTrue(watched.startsWith("250 "), watched);
        assertTrue(field(arrived(), "Authentication-Results").contains("dmarc=temperror"));
    }

    @Test
    @DisplayName(
            "RFC 8617 §7: a seal counts only of a sealer who is trusted, on a chain that is whole")
    void sealedByTrusted() throws Exception {
        var sealed = Signed.sealedBy("good.example", letter("a@strict.example"), Instant.now());
        open("");
        assertTrue(
                deliver("list@good.example", sealed).startsWith("550 5.7.1 strict.example asks"));
        house().close();
        open("[authentication]\ntrusted_sealers = [\"good.example\"]\n");
        var broken = deliver("list@good.example", sealed.replace("Hello", "Hullo"));
        assertTrue(broken.startsWith("550 5.7.1 strict.example asks"), broken);
        var reply = deliver("list@good.example", sealed);
        assertTrue(reply.startsWith("250 "), reply);
        var results = field(arrived(), "Authentication-Results");
        assertTrue(results.contains("dmarc=fail"), results);
        assertTrue(results.contains("arc=pass"), results);
        // It saw another author's mail pass: this is not that mail. Or it saw this one fail.
        var letter = letter("a@strict.example");
        for (var other :
                List.of(
                        Signed.sealedBy(
                                "good.example", "pass", "attack.example", letter, Instant.now()),
                        Signed.sealedBy(
                                "good.example", "fail", "strict.example", letter, Instant.now()))) {
            var refused = deliver("list@good.example", other);
            assertTrue(refused.startsWith("550 5.7.1 strict.example asks"), refused);
        }
    }

    @Test
    @DisplayName("a list that lets the client pass spares a failure, and no rule at the content")
    void listed() throws Exception {
        open(
                """
                [[access_list]]
                name = "friends"
                of = "client"
                action = "allow"
                entries = ["127.0.0.1"]
                [[rule]]
                name = "bad-word"
                stage = "message"
                when = 'subject == "bad"'
                action = "refuse"
                """);
        var bad = letter("a@strict.example").replace("Subject: x", "Subject: bad");
        assertTrue(deliver("a@strict.example", bad).startsWith("550 "));
        var reply = deliver("a@strict.example", letter("a@strict.example"));
        assertTrue(reply.startsWith("250 "), reply);
        assertTrue(field(arrived(), "Authentication-Results").contains("dmarc=fail"));
    }

    @Test
    @DisplayName("RFC 9990 §3.1.6: a report tells that we did otherwise, and not by which rule")
    void reasons() throws Exception {
        dns =
                FakeDns.zone(
                        """
                        hurt.example. 60 IN TXT "v=spf1 -all"
                        _dmarc.hurt.example. 60 IN TXT "v=DMARC1; p=none; rua=mailto:r@hurt.example"
                        """);
        open(
                """
                [dmarc_reports]
                organization = "Example"
                contact = "dmarc@example.com"
                [[rule]]
                name = "our-secret-word"
                stage = "message"
                when = 'subject == "x"'
                action = "refuse"
                """);
        assertTrue(deliver("a@hurt.example", letter("a@hurt.example")).startsWith("550 "));
        house().restart();
        var rows = house().gateway().store().states("dmarc-row", "", 10);
        assertEquals(1, rows.size());
        assertTrue(rows.getFirst().text().contains("local_policy"), rows.getFirst().text());
        assertFalse(rows.getFirst().text().contains("secret"), rows.getFirst().text());
    }

    private static final String NAMED =
            """
            [[access_list]]
            name = "partners"
            of = "reverse-name"
            action = "allow"
            entries = ["mx.partner.example"]
            [[rule]]
            name = "nobody"
            stage = "mail"
            when = 'reverse_path.address == "nobody@good.example"'
            action = "refuse"
            """;

    @Test
    @DisplayName("trouble of the DNS: a client whose name would let it through is refused for now")
    void nameNotKnown() throws Exception {
        dns =
                FakeDns.zone(
                        ZONE
                                + """
                                1.0.0.127.in-addr.arpa. IN PTR mx.partner.example.
                                mx.partner.example. IN A 127.0.0.1
                                """);
        dns.fail("127.0.0.1");
        open(NAMED);
        assertRefusedForNow();
        dns.recover("127.0.0.1").fail("mx.partner.example");
        assertRefusedForNow();
        dns.recover("mx.partner.example");
        var strict = deliver("a@strict.example", letter("a@strict.example"));
        assertTrue(strict.startsWith("250 "), strict);
        assertTrue(deliver("nobody@good.example", letter("a@good.example")).startsWith("250 "));
    }

    private void assertRefusedForNow() throws Exception {
        for (var from : List.of("a@strict.example", "nobody@good.example")) {
            var reply = deliver(from, letter(from));
            assertTrue(reply.startsWith("451 4.4.3 "), reply);
        }
        var good = deliver("a@good.example", letter("a@good.example"));
        assertTrue(good.startsWith("250 "), good);
        // Nobody is spared this, so it is for good.
        try (var talk = new Talk(house().gateway().ports().getFirst())) {
            var relay =
                    talk.deliver("a@good.example", "a@elsewhere.example", letter("a@x.example"));
            assertTrue(relay.startsWith("550 5.7.1 "), relay);
        }
    }

    @Test
    @DisplayName("a client whose name the DNS denies is refused for good, list or no list")
    void nameDenied() throws Exception {
        open(NAMED);
        for (var from : List.of("a@strict.example", "nobody@good.example")) {
            var reply = deliver(from, letter(from));
            assertTrue(reply.startsWith("550 "), reply);
        }
    }

    @Test
    @DisplayName("RFC 8601 §5: what a stranger claims we found is removed")
    void forged() throws Exception {
        open("");
        var reply =
                deliver(
                        "a@careless.example",
                        "Authentication-Results: GW.example.com.; dmarc=pass header.from=bank.example\n"
                                + "Authentication-Results: mx.example.org; spf=fail\n"
                                + "Received-SPF: pass (gw.example.com: good) receiver=GW.Example.COM\n"
                                + "Received-SPF: fail (mx.example.org: bad) receiver=mx.example.org\n"
                                + letter("a@careless.example"));
        assertTrue(reply.startsWith("250 "), reply);
        var message = arrived();
        assertFalse(message.contains("bank.example"), message);
        assertTrue(message.contains("mx.example.org; spf=fail"), message);
        assertFalse(message.contains("GW.Example.COM"), message);
        assertTrue(message.contains("receiver=mx.example.org"), message);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "Authentication-Results: results.example.net; dmarc=pass",
                "Authentication-Results: RESULTS.Example.NET; dmarc=pass",
                "Authentication-Results: results.example.net.; dmarc=pass",
                "authentication-results : results.example.net 1; dmarc=pass",
                "Authentication-Results:\n\t(us) \"results\\.example.net\" 2; dmarc=pass",
                "Authentication-Results: ｒesults.example.net; dmarc=pass",
                "Authentication-Results: results%2Eexample.net; dmarc=pass",
                "Authentication-Results: gw.example.com; dmarc=pass",
                "Authentication-Results: other.example.com; dmarc=pass"
            })
    @DisplayName("RFC 8601 §5: each way to write one of our names is removed")
    void forgedNames(String field) throws Exception {
        open("[authentication]\nauthserv_id = \"results.example.net\"\n");
        var reply = deliver("a@careless.example", field + "\n" + letter("a@careless.example"));
        assertTrue(reply.startsWith("250 "), reply);
        var message = arrived();
        assertTrue(
                field(message, "Authentication-Results").contains(" results.example.net;"),
                message);
        assertFalse(message.contains("dmarc=pass"), message);
    }

    /// @param field the From field and what stands beside it
    record Author(String rule, String field, String reply) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Author> authors() {
        var refused = "550 5.7.1 not one author that all readers would see: ";
        return Stream.of(
                new Author("none", "X-From: a@good.example", refused + "there is no From field"),
                new Author(
                        "two fields",
                        "From: a@good.example\nFrom: b@good.example",
                        refused + "there are 2 From fields"),
                new Author(
                        "RFC 5322 §4.5: a blank before the colon is a From field",
                        "From: a@good.example\nFrom : b@strict.example",
                        refused + "there are 2 From fields"),
                new Author(
                        "two addresses",
                        "From: a@good.example, b@good.example\nSender: a@good.example",
                        refused + "the From field has 2 addresses"),
                new Author(
                        "two domains",
                        "From: a@good.example, b@strict.example",
                        refused + "the From field names authors of 2 domains"),
                new Author(
                        "an address behind the address",
                        "From: <a@good.example>b@strict.example",
                        refused + "the From field can't be read"),
                new Author(
                        "a source route",
                        "From: <@good.example:a@strict.example>",
                        refused + "the From field has a source route"),
                new Author(
                        "an address within the local part",
                        "From: \"b@strict.example\"@good.example",
                        refused + "the address in the From field holds a second @"),
                new Author("nothing", "From: <>", refused + "the From field can't be read"),
                new Author("a name alone", "From: Bank", refused + "the From field can't be read"),
                new Author("an empty group", "From: list:;", refused + "the From field can't be"),
                new Author(
                        "an address literal",
                        "From: a@[127.0.0.1]",
                        refused + "the From field can't be read"));
    }

    @ParameterizedTest(name = "ambiguous_from, {0}")
    @MethodSource("authors")
    void ambiguous(Author c) throws Exception {
        open("");
        var reply = deliver("a@good.example", c.field() + "\nSubject: x\n\nHello\n");
        assertTrue(reply.startsWith(c.reply()), reply);
    }

    static Stream<Author> misleading() {
        return Stream.of(
                new Author(
                        "an address in the display name",
                        "From: \"boss@example.com\" <a@good.example>",
                        "the display name shows an address of example.com"),
                new Author(
                        "the same encoded (RFC 2047)",
                        "From: =?utf-8?B?Ym9zc0BleGFtcGxlLmNvbQ==?= <a@good.example>",
                        "the display name shows an address of example.com"),
                new Author(
                        "a mark that turns the direction",
                        "From: =?utf-8?Q?=E2=80=AEmoc?= <a@good.example>",
                        "the display name has characters that are not seen"),
                new Author(
                        "a domain with a Cyrillic letter that looks like ours",
                        "From: a@xn--exmple-4nf.com",
                        "looks like example.com"),
                new Author("the digit one for the letter l", "From: a@examp1e.com", "looks like"),
                new Author("nothing", "From: \"A. Body\" <a@good.example>", ""),
                new Author("its own address", "From: \"a@good.example\" <a@good.example>", ""));
    }

    @ParameterizedTest(name = "misleading_from, {0}")
    @MethodSource("misleading")
    void misleading(Author c) throws Exception {
        open("[authentication]\nmisleading_from = \"refuse\"\n");
        var reply = deliver("a@good.example", c.field() + "\nSubject: x\n\nHello\n");
        assertEquals(
                !c.reply().isEmpty(), reply.startsWith("550 5.7.1 the From field misleads"), reply);
        assertTrue(reply.contains(c.reply()), reply);
    }

    @Test
    @DisplayName("the decision record has each question to the DNS and each step")
    void explained() throws Exception {
        open("");
        var reply = deliver("a@good.example", letter("a@good.example"));
        var id = reply.substring(reply.lastIndexOf(' ') + 1);
        arrived();
        var decisions =
                house().gateway()
                        .store()
                        .find(QueueId.parse(id).orElseThrow())
                        .orElseThrow()
                        .decisions();
        var text = decisions.toString();
        for (var expected :
                new String[] {
                    "TXT good.example: \"v=spf1 ip4:127.0.0.1 -all\"",
                    "TXT _dmarc.good.example: \"v=DMARC1; p=reject\"",
                    "pass for good.example",
                    "one author, plainly shown"
                }) {
            assertTrue(text.contains(expected), text);
        }
    }

    @Test
    @DisplayName("RFC 9990 §3: what DMARC was evaluated for is counted, with what was done")
    void counted() throws Exception {
        var reports = "rua=mailto:reports@collector.example\"\n";
        dns =
                FakeDns.zone(
                        ZONE.replace("p=reject\"\n", "p=reject; " + reports)
                                .replace("p=quarantine\"\n", "p=quarantine; " + reports));
        open("[dmarc_reports]\norganization = \"Example\"\ncontact = \"dmarc@example.com\"\n");
        assertTrue(deliver("a@good.example", letter("a@good.example")).startsWith("250 "));
        assertTrue(deliver("a@mild.example", letter("a@mild.example")).startsWith("250 "));
        assertTrue(deliver("a@strict.example", letter("a@strict.example")).startsWith("550 "));
        assertTrue(deliver("a@nothing.example", letter("a@nothing.example")).startsWith("250 "));
        house().restart();
        var kept = new ArrayList<String>();
        house().gateway().store().eachState("dmarc-row", entry -> kept.add(entry.text()));
        var all = String.join("\n", kept);
        assertTrue(all.contains("<disposition>reject</disposition>"), all);
        assertTrue(all.contains("<disposition>quarantine</disposition>"), all);
        assertTrue(all.contains("<header_from>good.example</header_from>"), all);
        assertFalse(all.contains("nothing.example"), all);
    }

    @Test
    @DisplayName("RFC 9990 §8.2: a report is read only of who passed DMARC")
    void forgedReport() throws Exception {
        opened =
                new House(
                        folder,
                        configuration()
                                .replace(
                                        "name = \"example.com\"",
                                        "name = \"example.com\"\ndmarc_reports = \"info@example.com\""),
                        InstantSource.system(),
                        Optional.of(dns));
        var report =
                """
                <feedback><report_metadata><org_name>R</org_name><email>r@r.example</email>
                <report_id>%s</report_id>
                <date_range><begin>1700000000</begin><end>1700086399</end></date_range>
                </report_metadata><policy_published><domain>example.com</domain><p>none</p>
                </policy_published><record><row><source_ip>192.0.2.1</source_ip><count>1</count>
                <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf>
                </policy_evaluated></row><identifiers><header_from>example.com</header_from>
                </identifiers><auth_results><spf><domain>example.com</domain><result>pass</result>
                </spf></auth_results></record></feedback>
                """;
        for (var author : List.of("nothing.example", "mild.example", "good.example")) {
            var mail =
                    letter("r@" + author)
                            .replace("\n\nHello", "\nContent-Type: text/xml\n\n" + report)
                            .formatted(author);
            var reply = deliver("r@" + author, mail);
            assertTrue(reply.startsWith("250 "), reply);
        }
        var kept = new ArrayList<String>();
        house().gateway()
                .dmarc()
                .received()
                .each(Optional.empty(), Instant.EPOCH, one -> kept.add(one.metadata().reportId()));
        assertEquals(List.of("good.example"), kept);
    }

    @Test
    @DisplayName("each name is asked for once for one message")
    void once() throws Exception {
        open("");
        var message =
                Signed.by(
                        "good.example",
                        Signed.by("good.example", letter("a@good.example"), Instant.now()),
                        Instant.now());
        assertTrue(deliver("a@good.example", message).startsWith("250 "));
        arrived();
        assertEquals(dns.asked().stream().distinct().toList(), dns.asked(), dns.asked()::toString);
    }
}
