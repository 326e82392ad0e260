package io.postern.gateway.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("OpenDKIM's files are taken over")
class OpenDkimTest {
    @TempDir Path root;

    private OldHouse house = new OldHouse(Path.of("."));

    @BeforeEach
    void house() {
        house =
                new OldHouse(root)
                        .with("/k/a.private", OldHouse.ed25519())
                        .with("/k/b.private", OldHouse.ed25519())
                        .with(
                                "/kt",
                                """
                                # name  domain:selector:file
                                a  example.com:mail:/k/a.private   # the usual one
                                b  example.org:s1:/k/b.private
                                own %:all:/k/%.private
                                inline example.net:in:MC4CAQAwBQYDK2VwBCIEIHowb3I1cGFzc3dvcmRub3RyZWFsbHlhc2VjcmV0
                                """);
    }

    private Takeover tables(String kind, String signing, String more) {
        return house.with("/st", signing)
                .with(
                        "/etc/opendkim.conf",
                        "keytable file:/kt\nSIGNINGTABLE " + kind + ":/st\n" + more)
                .opendkim();
    }

    record Case(String rule, String kind, String table, String author, String signs) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "a pattern fits the whole address",
                        "refile",
                        "*@example.com a",
                        "x@example.com",
                        "d=example.com s=mail"),
                new Case(
                        "a pattern does not fit a subdomain",
                        "refile",
                        "*@example.com a",
                        "x@s.example.com",
                        ""),
                new Case(
                        "a star stands for dots and @, too",
                        "refile",
                        "*example.com a",
                        "x@badexample.com",
                        "d=example.com s=mail"),
                new Case(
                        "case does not matter",
                        "refile",
                        "*@EXAMPLE.com a",
                        "X@Example.COM",
                        "d=example.com s=mail"),
                new Case(
                        "the first pattern that fits signs",
                        "refile",
                        "*@example.com b\n* a",
                        "x@example.com",
                        "d=example.org s=s1"),
                new Case(
                        "in a file a pattern is a name",
                        "file",
                        "*@example.com a",
                        "x@example.com",
                        ""),
                new Case(
                        "the address comes before the domain",
                        "file",
                        "example.com a\nx@example.com b",
                        "x@example.com",
                        "d=example.org s=s1"),
                new Case(
                        "the domain alone",
                        "file",
                        "example.com a",
                        "y@example.com",
                        "d=example.com s=mail"),
                new Case(
                        "a user of any domain above",
                        "file",
                        "y@.com a",
                        "y@s.example.com",
                        "d=example.com s=mail"),
                new Case(
                        "any domain above",
                        "file",
                        ".example.com a",
                        "y@t.s.example.com",
                        "d=example.com s=mail"),
                new Case(
                        "a domain is not above itself",
                        "file",
                        ".example.com a",
                        "y@example.com",
                        ""),
                new Case(
                        "a user anywhere comes before all",
                        "file",
                        "* a\ny@* b",
                        "y@example.net",
                        "d=example.org s=s1"),
                new Case(
                        "% in the key table is the author's domain",
                        "file", "* own", "y@example.net", "d=example.net s=all"),
                new Case(
                        "a signer behind the key is no part of its name",
                        "file",
                        "* a:u@example.com",
                        "y@example.net",
                        "d=example.com s=mail"),
                new Case(
                        "a key that is not there signs nothing",
                        "file",
                        "* nokey",
                        "y@example.net",
                        ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("opendkim.conf(5) SigningTable: which key signs")
    void signingTable(Case c) {
        var takeover = tables(c.kind(), c.table(), "");
        assertEquals(c.signs(), String.join("; ", OldHouse.signs(takeover, c.author())));
    }

    @Test
    @DisplayName("MultipleSignatures: all that fit sign")
    void multiple() {
        var takeover =
                tables("refile", "*@example.com a\n*@example.com b", "MultipleSignatures yes");
        assertEquals(
                List.of("d=example.com s=mail", "d=example.org s=s1"),
                OldHouse.signs(takeover, "x@example.com"));
    }

    @Test
    @DisplayName("domains, trusted hosts and settings become a configuration that is good")
    void configuration() {
        house.with(
                "/trusted",
                "127.0.0.1\n10.1.0.0/16  # office\n!10.1.2.3\n*.example.com\n0.0.0.0/0\n");
        var takeover =
                tables(
                        "refile",
                        "*@example.com a\n*@example.org b\n*@other.example a\n*@*.example.com a\nu@example.org b\n",
                        """
                        InternalHosts refile:/trusted
                        Canonicalization relaxed/simple
                        SignatureTTL 604800
                        Nameservers 192.0.2.53
                        Syslog yes
                        DontSignMailTo a@example.net
                        Canonicalisation relaxed
                        """);
        var config = OldHouse.config(takeover);
        assertEquals(
                List.of("example.com", "example.org", "other.example"),
                config.domain().stream().map(own -> own.name().name()).toList());
        assertTrue(config.own(Domain.of("example.com")).orElseThrow().sign());
        assertFalse(config.own(Domain.of("other.example")).orElseThrow().sign());
        var listener = config.listener().getFirst();
        assertEquals(Config.Role.OUTBOUND, listener.role());
        assertEquals("[127.0.0.1/32, 10.1.0.0/16]", listener.trust().toString());
        assertEquals(Config.Unsigned.PASS, listener.unsigned());
        assertEquals(7, config.signing().validFor().toDays());
        assertEquals("[192.0.2.53:53]", config.dns().servers().toString());
        var said = OldHouse.said(takeover);
        for (var expected :
                List.of(
                        "no equivalent: /trusted:3: InternalHosts !10.1.2.3",
                        "no equivalent: /trusted:4: InternalHosts *.example.com",
                        "otherwise: /trusted:5: InternalHosts 0.0.0.0/0: left out",
                        "no equivalent: /st:3: *@other.example a: mail by authors of other.example was signed"
                                + " with d=example.com",
                        "no equivalent: /st:4: *@*.example.com a: subdomains",
                        "otherwise: /st:5: u@example.org b: keys belong to domains",
                        "otherwise: /etc/opendkim.conf:4: Canonicalization relaxed/simple",
                        "no equivalent: /etc/opendkim.conf:8: DontSignMailTo",
                        "problem: /etc/opendkim.conf:9: Canonicalisation: OpenDKIM has no such setting (was"
                                + " Canonicalization meant?)",
                        "otherwise: /kt:4: the key own: no line")) {
            assertTrue(said.contains(expected), expected + "\n\n" + said);
        }
        assertFalse(said.contains("Syslog"), said);
    }

    @Test
    @DisplayName("Domain, Selector and KeyFile; SubDomains sign with the domain above")
    void single() {
        var takeover =
                house.with(
                                "/etc/opendkim.conf",
                                "Domain example.com,example.org\nSelector s\nKeyFile /k/a.private\nSubDomains yes\n")
                        .opendkim();
        assertEquals(List.of("d=example.org s=s"), OldHouse.signs(takeover, "a@b.example.org"));
        assertEquals(List.of(), OldHouse.signs(takeover, "a@example.net"));
        assertEquals(2, takeover.keys().size());
        assertEquals("", OldHouse.fault(takeover));
        assertTrue(OldHouse.said(takeover).contains(":4: SubDomains"), OldHouse.said(takeover));
        assertEquals(2, OldHouse.config(takeover).domain().size());
    }

    @Test
    @DisplayName("tables of other kinds have no equivalent, and their passwords are not shown")
    void foreign() {
        var takeover =
                house.with(
                                "/etc/opendkim.conf",
                                "KeyTable dsn:mysql://u:secret@db/d/table=k\nSigningTable lua:/x.lua\n")
                        .opendkim();
        var said = OldHouse.said(takeover);
        assertTrue(said.contains("KeyTable dsn:mysql://…@db/d/table=k: dsn: tables"), said);
        assertTrue(said.contains("SigningTable lua:/x.lua: lua: tables"), said);
        assertFalse(takeover.lists().contains("secret"), takeover.lists());
        assertTrue(takeover.configuration().isEmpty());
    }

    @Test
    @DisplayName("Include is read, five deep and no deeper")
    void include() {
        var takeover =
                house.with("/etc/opendkim.conf", "Include /etc/more.conf\nSelector s\n")
                        .with(
                                "/etc/more.conf",
                                "Domain example.com\nKeyFile /k/a.private\nInclude /etc/opendkim.conf\n")
                        .opendkim();
        assertEquals(List.of("d=example.com s=s"), OldHouse.signs(takeover, "a@example.com"));
        assertTrue(
                OldHouse.said(takeover).contains("files include each other more than five deep"),
                OldHouse.said(takeover));
    }

    @Test
    @DisplayName("a file that only verifies says so")
    void verifyOnly() {
        var takeover = house.with("/etc/opendkim.conf", "Mode v\n").opendkim();
        assertTrue(OldHouse.said(takeover).contains("it signs nothing"), OldHouse.said(takeover));
    }
}
