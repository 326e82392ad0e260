package io.postern.auth.dmarc.report;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A DMARC aggregate report, with its values normalised: words in lower case, white space cut,
/// unreadable rows left out. RFC 9990 §3.1.1; RFC 7489 appendix C says the same with fewer words.
///
/// @param rows what was seen, in the order of the report
public record AggregateReport(Metadata metadata, PublishedPolicy policy, List<Row> rows) {
    public AggregateReport {
        rows = List.copyOf(rows);
    }

    /// Messages in all rows.
    public long messages() {
        return rows.stream().mapToLong(Row::count).sum();
    }

    /// Who reports, and about when. RFC 9990 §3.1.1.3.
    ///
    /// @param organization may be empty: some leave it so
    /// @param email may be empty
    /// @param reportId may be empty; else unique among one reporter's reports about one domain
    /// @param begin of the period, inclusive
    /// @param end of the period; many write the last second of it, some the first after it
    /// @param errors what was wrong with the policy record
    public record Metadata(
            String organization,
            String email,
            Optional<String> extraContact,
            String reportId,
            Instant begin,
            Instant end,
            List<String> errors,
            Optional<String> generator) {
        public Metadata {
            errors = List.copyOf(errors);
        }
    }

    /// The policy record as the reporter saw it. RFC 9990 §3.1.1.5. All but the domain may be
    /// absent, and is then what RFC 9989 says of an absent tag.
    ///
    /// @param domain where the record was found: lower case, a name as the reporter gave it
    /// @param p `none`, `quarantine` or `reject`, as are `sp` and `np`
    /// @param adkim `r` or `s`, as is `aspf`
    /// @param pct 0 to 100; RFC 7489 only
    /// @param testing `y` or `n`: the tag `t`
    /// @param discoveryMethod `psl` or `treewalk`
    public record PublishedPolicy(
            String domain,
            Optional<String> p,
            Optional<String> sp,
            Optional<String> np,
            Optional<String> adkim,
            Optional<String> aspf,
            Optional<Integer> pct,
            Optional<String> fo,
            Optional<String> testing,
            Optional<String> discoveryMethod) {
        /// A record of nothing but a domain and its policy.
        public static PublishedPolicy of(String domain, String p) {
            return new PublishedPolicy(
                    domain,
                    Optional.of(p),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /// So many messages of one kind from one address. RFC 9990 §3.1.1.7, §3.1.1.8.
    ///
    /// @param count at least 1
    /// @param dkim one per signature reported
    /// @param spf RFC 9990 has one at most, RFC 7489 one or two
    public record Row(
            InetAddress source,
            long count,
            Evaluated evaluated,
            Identifiers identifiers,
            List<DkimResult> dkim,
            List<SpfResult> spf) {
        public Row {
            dkim = List.copyOf(dkim);
            spf = List.copyOf(spf);
        }

        /// Whether DMARC passed: one of the two, aligned, is enough (RFC 9989 §4.3).
        public boolean passes() {
            return evaluated.dkimAligned() || evaluated.spfAligned();
        }
    }

    /// What came of the policy. RFC 9990 §3.1.1.9.
    ///
    /// @param dkimAligned a signature of the author domain's passed
    /// @param spfAligned SPF passed for the author domain's
    public record Evaluated(
            Disposition disposition,
            boolean dkimAligned,
            boolean spfAligned,
            List<Reason> reasons) {
        public Evaluated {
            reasons = List.copyOf(reasons);
        }
    }

    /// Why something else was done than the policy asks for. RFC 9990 §3.1.6.
    ///
    /// @param type such as `local_policy`, `mailing_list`, `trusted_forwarder`
    public record Reason(String type, Optional<String> comment) {}

    /// Domains in lower case. RFC 9990 §3.1.1.10.
    ///
    /// @param headerFrom the author domain
    /// @param envelopeFrom empty text for the null reverse-path
    public record Identifiers(
            String headerFrom, Optional<String> envelopeFrom, Optional<String> envelopeTo) {}

    /// What became of one signature. RFC 9990 §3.1.1.12.
    ///
    /// @param result in the words of RFC 8601 §2.7.1, or what the reporter wrote instead
    public record DkimResult(
            String domain, Optional<String> selector, String result, Optional<String> comment) {}

    /// What SPF said. RFC 9990 §3.1.1.13.
    ///
    /// @param scope `mfrom` or `helo`
    /// @param result in the words of RFC 8601 §2.7.2, or what the reporter wrote instead
    public record SpfResult(
            String domain, Optional<String> scope, String result, Optional<String> comment) {}
}
