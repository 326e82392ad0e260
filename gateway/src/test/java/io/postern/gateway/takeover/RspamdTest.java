package io.postern.gateway.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("rspamd's dkim_signing is taken over")
class RspamdTest {
    private static final String LOCAL = "/etc/rspamd/local.d/dkim_signing.conf";

    @TempDir Path root;

    private OldHouse house = new OldHouse(Path.of("."));

    @BeforeEach
    void house() {
        house =
                new OldHouse(root)
                        .with("/var/lib/rspamd/dkim/example.com.dkim.key", OldHouse.ed25519());
    }

    record Case(String rule, String settings, String author, String signs) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "the default path and selector",
                        "",
                        "a@example.com",
                        "d=example.com s=dkim"),
                new Case("without a key file nothing is signed", "", "a@example.org", ""),
                new Case(
                        "a subdomain is signed for by the domain above",
                        "",
                        "a@b.example.com",
                        "d=example.com s=dkim"),
                new Case("use_esld = false: not so", "use_esld = false;", "a@b.example.com", ""),
                new Case(
                        "try_fallback = false: only what is named",
                        "try_fallback = false;",
                        "a@example.com",
                        ""),
                new Case(
                        "a section names selector and path",
                        "domain { example.org { selector = \"x\"; path = \"/k/o\"; } }",
                        "a@example.org",
                        "d=example.org s=x"),
                new Case(
                        "a section in a section, in one line",
                        "domain \"example.org\" { selector: x, path: /k/o }",
                        "a@example.org",
                        "d=example.org s=x"),
                new Case(
                        "several selectors",
                        "domain { example.org { selectors [ { selector = a; path = \"/k/o\" }, { selector = b; path = \"/k/o\"; } ] } }",
                        "a@example.org",
                        "d=example.org s=a; d=example.org s=b"),
                new Case(
                        "a map of selectors",
                        "selector_map = \"/m/sel\"; path = \"/k/$selector\";",
                        "a@example.org",
                        "d=example.org s=o"),
                new Case(
                        "a map of paths",
                        "path_map = \"/m/path\"; selector = y",
                        "a@example.org",
                        "d=example.org s=y"),
                new Case("two authors are not signed for", "", "a@example.com, b@example.com", ""),
                new Case(
                        "allow_hdrfrom_multiple = true: by the first",
                        "allow_hdrfrom_multiple = true",
                        "a@example.com, b@example.com",
                        "d=example.com s=dkim"),
                new Case(
                        "a signing table",
                        "signing_table = \"/m/st\"; key_table = \"/m/kt\";",
                        "a@example.org",
                        "d=example.org s=t"),
                new Case(
                        "comments, and a # in a path",
                        "/* /* x */ selector = no; */ # y\nselector = dkim # z\n",
                        "a@example.com",
                        "d=example.com s=dkim"),
                new Case(
                        "the last of two values",
                        "selector = no; selector = dkim;",
                        "a@example.com",
                        "d=example.com s=dkim"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    @DisplayName("dkim_signing: which key signs")
    void signs(Case c) {
        var takeover =
                house.with(LOCAL, c.settings())
                        .with("/k/o", OldHouse.ed25519())
                        .with("/m/sel", "example.org o\n")
                        .with("/m/path", "# paths\nexample.org /k/$domain/../o\n")
                        .with("/k/example.org/x", "")
                        .with("/m/st", "*@example.org kk\n")
                        .with("/m/kt", "kk %:t:/k/o\n")
                        .rspamd();
        assertEquals(
                c.signs(),
                String.join("; ", OldHouse.signs(takeover, c.author())),
                OldHouse.said(takeover));
    }

    @Test
    @DisplayName("modules.d, local.d over it, override.d over both; includes of other files")
    void layers() {
        var takeover =
                house.with(
                                "/etc/rspamd/modules.d/dkim_signing.conf",
                                """
                                dkim_signing {
                                  selector = "m";
                                  path = "/k/m";
                                  use_esld = false;
                                  .include(try=true,priority=1) "$LOCAL_CONFDIR/local.d/dkim_signing.conf"
                                }
                                """)
                        .with(LOCAL, "selector = \"l\";\n.include \"${LOCAL_CONFDIR}/more.inc\"\n")
                        .with(
                                "/etc/rspamd/more.inc",
                                "domain { example.org { } }\n.include \"/etc/rspamd/more.inc\"\n")
                        .with("/etc/rspamd/override.d/dkim_signing.conf", "path = \"/k/o\";")
                        .with("/k/o", OldHouse.ed25519())
                        .rspamd();
        assertEquals(List.of("d=example.org s=l"), OldHouse.signs(takeover, "a@example.org"));
        assertTrue(OldHouse.said(takeover).contains("include each other"), OldHouse.said(takeover));
    }

    @Test
    @DisplayName("domains, networks and keys become a configuration that is good")
    void configuration() {
        var takeover =
                house.with(
                                LOCAL,
                                """
                                domain {
                                  example.org { path = "/k/none"; selector = "x"; }
                                  "*" { path = "/k/none"; }
                                }
                                sign_networks = ["10.2.0.0/16", "::/0"];
                                use_redis = true;
                                use_vault = false;
                                sign_headers = "from:to";
                                """)
                        .with("/etc/rspamd/local.d/options.inc", "local_addrs = [192.0.2.0/24]\n")
                        .rspamd();
        var config = OldHouse.config(takeover);
        assertEquals(
                "[example.org, example.com]",
                config.domain().stream().map(own -> own.name().name()).toList().toString());
        assertEquals(
                "[192.0.2.0/24, 10.2.0.0/16]", config.listener().getFirst().trust().toString());
        assertFalse(config.domain().getFirst().sign());
        assertTrue(config.domain().getLast().sign());
        var said = OldHouse.said(takeover);
        for (var expected :
                List.of(
                        "no equivalent: " + LOCAL + ":3: domain *",
                        "otherwise: " + LOCAL + ":5: sign_networks ::/0: left out",
                        "no equivalent: " + LOCAL + ":6: use_redis: keys are not read from Redis",
                        "no equivalent: " + LOCAL + ":8: sign_headers")) {
            assertTrue(said.contains(expected), expected + "\n\n" + said);
        }
        assertFalse(said.contains("use_vault"), said);
    }

    static Stream<String> broken() {
        return Stream.of(
                "a {",
                "}",
                "a = [",
                "a = \"x",
                "/* x",
                "= x",
                "a = <<EOD\nx",
                ".include(",
                "a",
                "{".repeat(10_000),
                "a{".repeat(10_000),
                "a=" + "[".repeat(10_000),
                ";,;,#");
    }

    @ParameterizedTest
    @MethodSource("broken")
    @DisplayName("what is not UCL is told, never thrown at")
    void notUcl(String text) {
        var takeover = house.with(LOCAL, text).rspamd();
        assertTrue(takeover.remarks().size() < 10, OldHouse.said(takeover));
    }
}
