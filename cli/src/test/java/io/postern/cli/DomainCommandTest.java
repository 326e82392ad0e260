package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.admin.KeyView;
import io.postern.auth.published.Subject;
import io.postern.dns.ZoneFileResolver;
import io.postern.gateway.config.ConfigReader;
import io.postern.mail.Domain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("postern domain, on a folder that nobody uses")
class DomainCommandTest {
    private static final String CONFIGURATION =
            """
            hostname = "gw.example.com"

            [[listener]]
            role = "inbound"
            address = "127.0.0.1:2525"

            [[domain]]
            name = "example.com"
            deliver_to = ["10.0.0.7:25"]
            recipients = { list = ["info@example.com"] }
            """;

    private static final String HOST = "gw.example.com. IN A 192.0.2.1\n";

    @TempDir Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("gw.toml"), CONFIGURATION);
    }

    private World.Result run(String... words) {
        return new World(folder).run(words);
    }

    private void zone(String text) throws IOException {
        Files.writeString(folder.resolve("zone"), text);
    }

    @Test
    @DisplayName("what add prints is a zone file, and check finds nothing wrong with it but time")
    void addThenCheck() throws IOException {
        var added =
                run(
                        "domain",
                        "add",
                        "example.com",
                        "--config",
                        "gw.toml",
                        "--yes",
                        "--rua",
                        "dmarc@example.com",
                        "--ip",
                        "192.0.2.1");
        assertEquals(0, added.code(), added.err());
        assertTrue(ZoneFileResolver.parse(added.out()) instanceof ZoneFileResolver.Parsed.Ok);
        assertEquals(
                List.of("TXT", "TXT", "TXT", "TXT", "MX"),
                added.out()
                        .lines()
                        .filter(line -> line.contains(" IN ") && !line.startsWith(";"))
                        .map(line -> line.contains(" IN MX ") ? "MX" : "TXT")
                        .toList());
        assertFalse(added.out().contains("[[domain]]"), added.out());
        zone(added.out() + HOST);
        var checked = run("domain", "check", "example.com", "--config", "gw.toml", "--dns", "zone");
        // The keys are as they should be, and no gateway has put them to use yet.
        assertEquals(Failure.NOT, checked.code(), checked.out());
        assertTrue(
                checked.out().contains("mail from 192.0.2.1 passes by ip4:192.0.2.1"),
                checked.out());
        assertEquals(
                List.of("no key is active yet"),
                checked.out()
                        .lines()
                        .filter(line -> line.contains(" warning ") || line.contains(" error "))
                        .map(line ->
                                line.strip().replaceAll("^warning +(no key is active yet).*", "$1"))
                        .toList(),
                checked.out());
    }

    @Test
    @DisplayName(
            "check = \"off\" and a key put to use unseen are warned of, though the DNS is right")
    void unlooked() throws IOException {
        Files.writeString(
                folder.resolve("gw.toml"), CONFIGURATION + "dkim = { check = \"off\" }\n");
        var added = run("domain", "add", "example.com", "--config", "gw.toml", "--yes");
        assertEquals(0, added.code(), added.err());
        zone(added.out() + HOST);
        var selector =
                added.out()
                        .lines()
                        .filter(line -> line.contains("._domainkey."))
                        .map(line -> line.substring(0, line.indexOf('.')))
                        .findFirst()
                        .orElseThrow();
        var active =
                run(
                        "dkim",
                        "activate",
                        "example.com",
                        selector,
                        "--without-dns",
                        "--config",
                        "gw.toml");
        assertEquals(0, active.code(), active.err());
        var checked = run("domain", "check", "example.com", "--config", "gw.toml", "--dns", "zone");
        assertEquals(Failure.NOT, checked.code(), checked.out());
        assertTrue(checked.out().contains("warning  check = \"off\": keys sign"), checked.out());
        assertTrue(
                checked.out().contains("signs, though the gateway has never seen its record"),
                checked.out());
    }

    @Test
    @DisplayName("what becomes of mail without a key is said as the gateway does it")
    void withoutKey() throws IOException {
        assertEquals(Subject.WithoutKey.DEFERRED, withoutKey("", "created"));
        assertEquals(Subject.WithoutKey.HELD, withoutKey("", "active"));
        assertEquals(
                Subject.WithoutKey.UNSIGNED,
                withoutKey("dkim = { missing = \"unsigned\" }\n", "active"));
        assertEquals(
                Subject.WithoutKey.DEFERRED, withoutKey("[dkim]\nmissing = \"defer\"\n", "active"));
        assertEquals(
                Subject.WithoutKey.DEFERRED,
                withoutKey("dkim = { missing = \"unsigned\" }\n", "created"));
    }

    /// @param once a state that the domain's only key was in
    private Subject.WithoutKey withoutKey(String more, String once) throws IOException {
        var file = folder.resolve("gw.toml");
        Files.writeString(file, CONFIGURATION + more);
        var key =
                new KeyView(
                        "example.com",
                        "s1",
                        "rsa",
                        2048,
                        "created",
                        World.NOW,
                        World.NOW,
                        "",
                        Optional.empty(),
                        "",
                        false,
                        false,
                        true,
                        Optional.empty(),
                        "s1._domainkey.example.com",
                        "",
                        List.of(),
                        "",
                        List.of(new KeyView.Step(once, World.NOW, "")));
        var facts =
                new DomainFacts(
                        Domain.of("example.com"),
                        Optional.of(ConfigReader.read(file)),
                        List.of(key),
                        List.of());
        return facts.gateway().orElseThrow().signing().orElseThrow().withoutKey();
    }

    @Test
    @DisplayName("add twice makes keys once")
    void twice() {
        var first = run("domain", "add", "example.com", "--yes");
        assertTrue(first.out().contains("; Keys were made: "), first.out());
        var second = run("domain", "add", "EXAMPLE.com.", "--yes");
        assertFalse(second.out().contains("; Keys were made"), second.out());
        var one = first.out().lines().filter(line -> line.contains("_domainkey")).toList();
        assertEquals(2, one.size());
        assertEquals(
                one, second.out().lines().filter(line -> line.contains("_domainkey")).toList());
    }

    @Test
    @DisplayName("a domain that is not in the configuration: the block to add, commented out")
    void block() {
        var added =
                run(
                        "domain",
                        "add",
                        "other.example",
                        "--config",
                        "gw.toml",
                        "--deliver-to",
                        "10.0.0.9:25",
                        "--rua",
                        "d@other.example",
                        "--algorithm",
                        "rsa");
        assertEquals(0, added.code(), added.err());
        assertTrue(
                added.out()
                        .contains(
                                ";   [[domain]]\n;   name = \"other.example\"\n;   deliver_to ="
                                        + " [\"10.0.0.9:25\"]\n"),
                added.out());
        assertTrue(added.out().contains(";   dmarc_reports = \"d@other.example\""), added.out());
        assertTrue(added.out().contains("other.example. IN MX 10 gw.example.com."), added.out());
        assertFalse(added.out().contains("ed25519"), added.out());
    }

    @Test
    @DisplayName("U-labels become A-labels everywhere")
    void uLabels() {
        var added = run("domain", "add", "b\u00fccher.example", "--yes", "--json");
        assertEquals(0, added.code(), added.err());
        assertTrue(added.out().contains("\"domain\" : \"xn--bcher-kva.example\""), added.out());
        assertTrue(added.out().contains("_dmarc.xn--bcher-kva.example. IN TXT"), added.out());
    }

    @Test
    @DisplayName("check of a stranger's domain: what is wrong, the record to publish, and 1")
    void stranger() throws IOException {
        zone(
                """
                $ORIGIN example.net.
                @ TXT "v=spf1 ip4:192.0.2.0/24 -all"
                @ MX 10 mx
                mx A 192.0.2.5
                _dmarc TXT "v=DMARC1; p=reject"
                _mta-sts TXT "v=STSv1; id=1"
                mta-sts A 192.0.2.6
                _smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@example.net"
                """);
        var checked =
                new World(folder, Map.of(), 80)
                        .run(
                                "domain",
                                "check",
                                "example.net",
                                "--dns",
                                "zone",
                                "--ip",
                                "192.0.2.9");
        assertEquals(Failure.NOT, checked.code(), checked.err());
        assertEquals(
                """
                example.net

                dkim     advice   no key is known here, and the DNS tells no list of them: name
                                  those of other machines with --selector
                spf      ok       one record that can be read, 0 of 10 look-ups
                         ok       mail from 192.0.2.9 passes by ip4:192.0.2.0/24
                dmarc    ok       one record that can be read, p=reject
                         warning  without rua= nobody learns who sends as the domain, and what
                                  fails
                    _dmarc.example.net. IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.net"
                mx       ok       mx.example.net takes the mail
                mta-sts  ok       the record is right;
                                  https://mta-sts.example.net/.well-known/mta-sts.txt was not
                                  fetched
                tls-rpt  ok       reports are asked for

                1 warning, 1 piece of advice.
                """,
                checked.out());
        var json = run("domain", "check", "example.net", "--dns", "zone", "--json");
        assertEquals(Failure.NOT, json.code());
        assertTrue(json.out().contains("\"result\" : \"warning\""), json.out());
        assertTrue(
                json.out()
                        .contains(
                                "\"record\" : \"_dmarc.example.net. IN TXT \\\"v=DMARC1; p=reject;"
                                        + " rua=mailto:dmarc-reports@example.net\\\"\""),
                json.out());
    }

    @Test
    @DisplayName("a DNS that does not answer: 75, and nothing is held against the domain")
    void noAnswer() throws IOException {
        // Whatever is asked of this zone leads into a circle, which is no answer.
        zone("*.example.net. CNAME a.example.net.\nexample.net. CNAME a.example.net.\n");
        var checked =
                run(
                        "domain",
                        "check",
                        "example.net",
                        "--dns",
                        "zone",
                        "--selector",
                        "s1",
                        "--json");
        assertEquals(Failure.LATER, checked.code(), checked.out());
        assertTrue(checked.out().contains("\"result\" : \"unknown\""), checked.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "domain",
                "domain check",
                "domain check example",
                "domain check exa*mple.com",
                "domain check example.com --ip example",
                "domain add",
                "domain add example.com --rua nobody",
                "domain add example.com --rua a!b@example.com",
                "domain add example.com --algorithm dsa",
                "domain add example.com --deliver-to somewhere",
                "domain add example.com --deliver-to 10.0.0.7:25"
            })
    @DisplayName("what can't be meant is 2, and makes nothing")
    void usage(String line) {
        var done = run(line.split(" ", -1));
        assertEquals(Failure.USAGE, done.code(), done.out() + done.err());
        assertFalse(Files.exists(folder.resolve("data")));
    }

    @Test
    @DisplayName("a zone file that is none, or not there, is named")
    void noZone() throws IOException {
        assertTrue(
                run("domain", "check", "example.com", "--dns", "gone.zone")
                        .err()
                        .contains("there is no file gone.zone"));
        zone("what is this?\n");
        assertTrue(
                run("domain", "check", "example.com", "--dns", "zone").err().contains("zone:1:"));
    }
}
