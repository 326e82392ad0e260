package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern dmarc, on a folder that nobody uses")
class DmarcCommandTest {
    private static final String REPORT =
            """
            <?xml version="1.0"?>
            <feedback>
              <report_metadata><org_name>=cmd()</org_name><email>r@r.example</email><report_id>1</report_id>
                <date_range><begin>1795219200</begin><end>1795305599</end></date_range></report_metadata>
              <policy_published><domain>example.com</domain><p>none</p></policy_published>
              <record><row><source_ip>192.0.2.1</source_ip><count>97</count>
                <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
                <identifiers><header_from>example.com</header_from></identifiers>
                <auth_results><dkim><domain>example.com</domain><selector>s1</selector><result>pass</result></dkim></auth_results></record>
              <record><row><source_ip>192.0.2.9</source_ip><count>3</count>
                <policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row>
                <identifiers><header_from>example.com</header_from></identifiers>
                <auth_results><spf><domain>other.example</domain><result>pass</result></spf></auth_results></record>
            </feedback>
            """;

    @TempDir Path folder;

    @BeforeEach
    void files() throws IOException {
        SqliteStore.open(folder.resolve("data"), StoreSettings.DEFAULTS, () -> World.NOW).close();
        Files.writeString(folder.resolve("r.xml"), REPORT);
        Files.writeString(
                folder.resolve("mail.eml"),
                "From: r@r.example\nContent-Type: text/xml\n\n"
                        + REPORT.replace("<report_id>1", "<report_id>2"));
        Files.writeString(folder.resolve("bad.xml"), "<html/>");
    }

    private World.Result run(String... words) {
        return new World(folder).run(words);
    }

    @Test
    @DisplayName("import: XML and mails, once each; what is none says so and fails")
    void brought() {
        var done = run("dmarc", "import", "r.xml", "mail.eml");
        assertEquals(0, done.code(), done.err());
        assertEquals(
                """
                r.xml: new: example.com by =cmd() of 2026-11-21T00:00:00Z, 100 messages in 2 rows
                mail.eml: new: example.com by =cmd() of 2026-11-21T00:00:00Z, 100 messages in 2 rows
                """,
                done.out());
        var again = run("dmarc", "import", "r.xml", "bad.xml");
        assertEquals(Failure.NOT, again.code());
        assertTrue(again.out().contains("r.xml: known: example.com"), again.out());
        assertTrue(
                again.out().contains("bad.xml: not a report: XML, but no element feedback"),
                again.out());
        assertTrue(run("dmarc", "import", "none.xml").err().contains("there is no file none.xml"));
        assertEquals(Failure.USAGE, run("dmarc", "import").code());
        assertEquals(Failure.USAGE, run("dmarc").code());
    }

    @Test
    @DisplayName("report: who sends, what passes, what a stricter policy would refuse")
    void report() {
        assertTrue(
                run("dmarc", "report").out().startsWith("No reports since 2026-10-23T05:00:00Z"));
        run("dmarc", "import", "r.xml");
        var shown = run("dmarc", "report", "example.com");
        assertEquals(0, shown.code(), shown.err());
        assertEquals(
                """
                1 report since 2026-10-23T05:00:00Z

                MESSAGES PASS FAIL QUARANTINED REJECTED DOMAIN POLICY
                100 97 3 0 0 example.com p=none

                example.com: p=quarantine would put aside, and p=reject refuse, 3 of 100 messages (3.0 %).

                MESSAGES PASS DKIM SPF FAIL SOURCE DOMAIN SEEN
                97 97 97 0 0 192.0.2.1 example.com DKIM example.com/s1 pass; no SPF
                3 0 0 0 3 192.0.2.9 example.com no DKIM; SPF other.example pass
                """,
                shown.out().replaceAll(" +", " "));
        assertTrue(
                run("dmarc", "report", "--format", "json")
                        .out()
                        .contains("\"refusedByReject\" : 3"));
        assertEquals(
                """
                domain,source,messages,pass,dkim_aligned,spf_aligned,fail,quarantined,rejected,dkim,spf,reporters
                example.com,192.0.2.1,97,97,97,0,0,0,0,example.com/s1 pass,,'=cmd()
                example.com,192.0.2.9,3,0,0,0,3,0,0,,other.example pass,'=cmd()
                """,
                run("dmarc", "report", "--format", "csv").out());
        assertTrue(run("dmarc", "report", "--since", "1h").out().startsWith("No reports"));
        assertTrue(run("dmarc", "report", "other.example").out().startsWith("No reports"));
        assertEquals(Failure.USAGE, run("dmarc", "report", "--since", "soon").code());
        assertTrue(run("dmarc", "report", "not a domain").err().contains("is not a domain"));
    }
}
