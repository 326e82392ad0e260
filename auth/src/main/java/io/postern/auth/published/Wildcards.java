package io.postern.auth.published;

import io.postern.dns.Answer;
import io.postern.mail.Domain;
import java.util.List;

/// Whether names that nobody has published have TXT records. RFC 4592.
final class Wildcards {
    private final Domain domain;
    private final Asking dns;
    private final Findings findings;

    Wildcards(Domain domain, Asking dns, Findings findings) {
        this.domain = domain;
        this.dns = dns;
        this.findings = findings;
    }

    void check(String probe) {
        var everywhere = at(probe, domain.name());
        if (!everywhere.isEmpty()) {
            tell("*." + domain, everywhere, "every name below the domain that does not exist");
        }
        var selectors = at(probe, "_domainkey." + domain);
        if (!selectors.isEmpty() && !selectors.equals(everywhere)) {
            tell("*._domainkey." + domain, selectors, "every selector that does not exist");
        }
    }

    private List<String> at(String probe, String parent) {
        return switch (dns.txt(probe + "." + parent)) {
            case Answer.Records<String>(var texts, _, _) -> texts;
            case Answer.NoSuchName<String>(), Answer.NoData<String>() -> List.of();
            case Answer.TemporaryFailure<String>(var why) -> {
                findings.unknown(Topic.DNS, "whether there is a wildcard below " + parent, why);
                yield List.of();
            }
        };
    }

    private void tell(String wildcard, List<String> texts, String where) {
        findings.warning(
                Topic.DNS,
                "the wildcard TXT record %s answers for %s, with \"%s\"%s: remove it"
                        .formatted(
                                wildcard,
                                where,
                                Texts.brief(texts.getFirst()),
                                texts.size() > 1 ? " and " + (texts.size() - 1) + " more" : ""));
    }
}
