package io.postern.gateway.takeover;

import io.postern.gateway.config.Nearest;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is to be said of OpenDKIM's settings that have no equivalent. Names of opendkim.conf(5).
final class OpenDkimNames {
    /// Of the process, of logs and of tables' libraries: nothing that mail would notice.
    private static final Set<String> HARMLESS =
            names(
                    "AutoRestart AutoRestartCount AutoRestartRate Background BaseDirectory CaptureUnknownErrors"
                            + " ChangeRootDirectory DisableCryptoInit EnableCoredumps ExternalIgnoreList"
                            + " KeepTemporaryFiles LogResults LogWhy MilterDebug MinimumKeyBits PidFile QueryCache"
                            + " RequireSafeKeys ResolverConfiguration ResolverTracing Socket SoftwareHeader SoftStart"
                            + " Syslog SyslogFacility SyslogName SyslogSuccess TemporaryDirectory UMask UserID"
                            + " DNSConnect DNSTimeout TrustAnchorFile AuthservIDWithJobID NoHeaderB WeakSyntaxChecks"
                            + " StrictTestMode Diagnostics DiagnosticDirectory AllowSHA1Only DomainKeysCompat");

    /// Read elsewhere.
    static final Set<String> TAKEN =
            names(
                    "Canonicalization Domain InternalHosts KeyFile KeyTable Mode MultipleSignatures Nameservers"
                            + " OversignHeaders Selector SignatureAlgorithm SignatureTTL SigningTable SubDomains");

    private record Said(String why, String remedy) {}

    private static final Said SIGNED_FIELDS =
            new Said("which fields are signed is fixed (docs/rfc.md)", "");
    private static final Said VERIFYING =
            new Said(
                    "what strangers hand in is judged by SPF, DKIM, DMARC and ARC together",
                    "see [authentication]");
    private static final Said SCRIPT =
            new Said("there are no scripts in Lua", "write it as a [[rule]] (docs/rules.md)");
    private static final Said ALWAYS =
            new Said(
                    "all mail by authors of a domain with `sign = true` is signed",
                    "set `sign = false` if the whole domain is meant");
    private static final Said REPORTING =
            new Said("no reports about single signatures are sent", "see [dmarc_reports]");

    private static final Map<String, Said> WORDS = words();

    private OpenDkimNames() {}

    private static Map<String, Said> words() {
        var all = new TreeMap<String, Said>(String.CASE_INSENSITIVE_ORDER);
        put(all, SIGNED_FIELDS, "SignHeaders OmitHeaders RequiredHeaders StrictHeaders");
        put(
                all,
                VERIFYING,
                "On-BadSignature On-Default On-DNSError On-InternalError On-KeyNotFound On-NoSignature"
                        + " On-Security On-SignatureError Quarantine RemoveARAll RemoveARFrom KeepAuthResults"
                        + " AlwaysAddARHeader AuthservID MaximumSignaturesToVerify TrustSignaturesFrom ExemptDomains"
                        + " Minimum MustBeSigned UnprotectedKey BogusKey IgnoreMalformedMail MaximumHeaders"
                        + " ClockDrift TestPublicKeys TestDNSData");
        put(
                all,
                SCRIPT,
                "SetupPolicyScript ScreenPolicyScript FinalPolicyScript StatisticsPolicyScript");
        put(
                all,
                ALWAYS,
                "DontSignMailTo SenderHeaders MTA MTACommand MacroList SenderMacro POPDBFile");
        put(
                all,
                REPORTING,
                "ReportAddress ReportBccAddress RequestReports SendReports SMTPURI Statistics StatisticsName"
                        + " StatisticsPrefix AnonymousStatistics");
        put(
                all,
                new Said(
                        "mail that is signed already is signed as all other, if its author is ours",
                        ""),
                "ResignAll ResignMailTo RedirectFailuresTo RemoveOldSignatures");
        put(
                all,
                new Said("bodies are signed whole: `l=` lets others add to them", ""),
                "BodyLengthDB MaximumSignedBytes");
        put(
                all,
                new Said(
                        "hosts are not spared by name",
                        "list them in `trust`, or in an [[access_list]]"),
                "PeerList");
        put(
                all,
                new Said("signatures are made over what leaves, byte for byte", ""),
                "ReplaceHeaders ReplaceRules FixCRLF");
        put(
                all,
                new Said("VBR (RFC 5518) is not done", ""),
                "VBR-Certifiers VBR-PurgeFields VBR-TrustedCertifiers VBR-TrustedCertifiersOnly VBR-Type");
        put(
                all,
                new Said("keys are in the gateway's own store", "import them from files"),
                "LDAPAuthMechanism LDAPAuthName LDAPAuthRealm LDAPAuthUser LDAPBindPassword LDAPBindUser"
                        + " LDAPDisableCache LDAPKeepaliveIdle LDAPKeepaliveInterval LDAPKeepaliveProbes LDAPTimeout"
                        + " LDAPUseTLS");
        put(
                all,
                new Said("`i=` and `c=` can't be chosen by message", ""),
                "IdentityHeader IdentityHeaderRemove SelectCanonicalizationHeader");
        return all;
    }

    private static void put(Map<String, Said> all, Said words, String names) {
        names(names).forEach(name -> all.put(name, words));
    }

    private static Set<String> names(String text) {
        var set = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(Words.of(text, " "));
        return set;
    }

    /// All that OpenDKIM knows, for guesses.
    static Collection<String> known() {
        var all = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
        all.addAll(HARMLESS);
        all.addAll(TAKEN);
        all.addAll(WORDS.keySet());
        return all;
    }

    /// Says what there is to say of a setting that is not [#TAKEN].
    static void remark(OpenDkimFile.Directive directive, Remarks remarks) {
        if (HARMLESS.contains(directive.name())) {
            return;
        }
        var words = WORDS.get(directive.name());
        if (words != null) {
            // The value may be a password.
            remarks.none(directive.place(), directive.name(), words.why(), words.remedy());
            return;
        }
        remarks.problem(
                directive.place(),
                Remarks.cut(directive.name()),
                "OpenDKIM has no such setting"
                        + (directive.name().length() > 40
                                ? ""
                                : Nearest.to(directive.name(), known())
                                        .map(guess -> " (was " + guess + " meant?)")
                                        .orElse("")),
                "see whether it was in use");
    }
}
