package io.postern.auth.dmarc.report;

import io.postern.auth.dkim.TagList;
import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;

/// Whether a place that a policy record names for reports wants them: anybody could name a victim.
/// RFC 9990 §4; RFC 9991 §5 has the same for `ruf`.
public final class ReportDestinations {
    private ReportDestinations() {}

    /// What came of it. Each has the steps: the name asked and its answer, in words.
    public sealed interface Verified {
        List<String> steps();

        /// Reports may go there.
        ///
        /// @param to the place itself, or those of its own host that its record names instead
        record Send(List<ReportUri> to, List<String> steps) implements Verified {
            public Send {
                to = List.copyOf(to);
                steps = List.copyOf(steps);
            }
        }

        /// They may not.
        record Refused(String why, List<String> steps) implements Verified {
            public Refused {
                steps = List.copyOf(steps);
            }
        }

        /// Nothing is known now; a later try may tell.
        record NotNow(String why, List<String> steps) implements Verified {
            public NotNow {
                steps = List.copyOf(steps);
            }
        }
    }

    /// The same for a policy record at its organizational domain.
    public static Verified verify(Domain policyDomain, ReportUri uri, Resolver resolver) {
        return verify(policyDomain, policyDomain, uri, resolver);
    }

    /// Asks at most one question.
    ///
    /// A destination at or below the organizational domain is taken for the same organization. RFC
    /// 9990 §4 compares organizational domains, for which the destination's would have to be walked
    /// to; who owns a domain owns what is below.
    ///
    /// @param policyDomain where the policy record was found
    /// @param organizational of the policy domain (RFC 9989 §4.10)
    public static Verified verify(
            Domain policyDomain, Domain organizational, ReportUri uri, Resolver resolver) {
        var steps = new ArrayList<String>();
        if (isAtOrBelow(uri.host(), policyDomain) || isAtOrBelow(uri.host(), organizational)) {
            steps.add(uri.mailbox() + " is of " + organizational + " itself: nothing to ask");
            return new Verified.Send(List.of(uri), steps);
        }
        var name = policyDomain + "._report._dmarc." + uri.host();
        if (Domain.parse(name).isEmpty()) {
            // §4 step 4.
            steps.add(name + " is too long for the DNS");
            return new Verified.Refused("the name to ask is too long for the DNS", steps);
        }
        return switch (resolver.txt(name)) {
            case Answer.Records<String>(var records, _, _) -> {
                records.forEach(
                        text -> steps.add("dns: TXT " + name + ": \"" + Visible.of(text) + "\""));
                yield records(records, uri, steps);
            }
            case Answer.NoSuchName<String>() -> {
                steps.add("dns: TXT " + name + ": no such name");
                yield new Verified.Refused(uri.host() + " does not take reports for it", steps);
            }
            case Answer.NoData<String>() -> {
                steps.add("dns: TXT " + name + ": no such record");
                yield new Verified.Refused(uri.host() + " does not take reports for it", steps);
            }
            case Answer.TemporaryFailure<String>(var why) -> {
                steps.add("dns: TXT " + name + ": " + why);
                yield new Verified.NotNow(name + " can't be looked up: " + why, steps);
            }
        };
    }

    private static boolean isAtOrBelow(Domain domain, Domain top) {
        return domain.equals(top) || domain.name().endsWith("." + top.name());
    }

    private static Verified records(List<String> records, ReportUri uri, List<String> steps) {
        var valid = new ArrayList<TagList>();
        for (var text : records) {
            // §4 step 6: v=DMARC1, and first.
            if (TagList.parse(text) instanceof TagList.Parsed.Ok(var tags)
                    && tags.value("v").filter("DMARC1"::equals).isPresent()
                    && tags.names().iterator().next().equals("v")) {
                valid.add(tags);
            } else {
                steps.add("not a record of DMARC: \"" + Visible.of(text) + "\"");
            }
        }
        if (valid.isEmpty()) {
            return new Verified.Refused(uri.host() + " has no valid record for it", steps);
        }
        steps.add(uri.host() + " takes the reports");
        var instead = valid.stream().flatMap(tags -> tags.value("rua").stream()).findFirst();
        return instead.isEmpty()
                ? new Verified.Send(List.of(uri), steps)
                : replaced(instead.get(), uri, steps);
    }

    /// §4 step 9: the record's own places, of the same host or none at all.
    private static Verified replaced(String rua, ReportUri uri, List<String> steps) {
        var to = new ArrayList<ReportUri>();
        for (var parsed : ReportUri.list(rua)) {
            switch (parsed) {
                case ReportUri.Parsed.Ok(var other) -> {
                    if (!other.host().equals(uri.host())) {
                        steps.add(other.mailbox() + " is of another host");
                        return new Verified.Refused(
                                uri.host() + " names another host instead of itself", steps);
                    }
                    steps.add("instead to " + other.mailbox());
                    to.add(other);
                }
                case ReportUri.Parsed.Bad(var why) -> steps.add("can't be used: " + why);
            }
        }
        return to.isEmpty()
                ? new Verified.Refused(uri.host() + " names no place that can be used", steps)
                : new Verified.Send(to, steps);
    }
}
