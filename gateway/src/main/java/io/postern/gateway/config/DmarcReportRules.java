package io.postern.gateway.config;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// DMARC reports: what we tell other domains about mail that claims to be theirs, and what is kept
/// of what they tell us. RFC 9990, RFC 9991.
public record DmarcReportRules(
        @Setting(
                        doc =
                                "The name of the organization that reports, such as `Example Corp`. Reports are sent when "
                                        + "this and `contact` are given: once a day to each domain whose DMARC record asks for "
                                        + "them with `rua`, about mail that claims to be from it: addresses of clients, counts "
                                        + "and results, no recipient, no content.")
                Optional<String> organization,
        @Setting(
                        doc =
                                "The address that reports are from and that their readers may write to; of a domain of "
                                        + "ours that is signed, because a report must pass DMARC itself (RFC 9990 §3.5.2).")
                Optional<String> contact,
        @Setting(doc = "More about how to reach you, such as the address of a web page.")
                Optional<String> extraContact,
        @Setting(
                        otherwise = "false",
                        doc =
                                "Whether a domain that asks for it with `ruf` is sent the header section of each message "
                                        + "that fails (RFC 9991). It shows strangers who writes to you: few receivers do it.")
                boolean failureReports,
        @Setting(
                        otherwise = "\"6h\"",
                        min = 600,
                        max = 64800,
                        doc =
                                "How long after midnight UTC the reports of a day are spread, so that not all "
                                        + "receivers of the world write at once.")
                Duration spread,
        @Setting(
                        otherwise = "5000",
                        min = 1,
                        max = 100000,
                        doc =
                                "Domains that are counted for at once. Mail of further ones is not reported, and said to "
                                        + "be so in the metrics.")
                int domains,
        @Setting(
                        otherwise = "5000",
                        min = 1,
                        max = 50000,
                        doc =
                                "Different rows (address, results, names) of one domain's report. Messages that would need "
                                        + "more are told in it as a number only.")
                int rows,
        @Setting(
                        otherwise = "\"400d\"",
                        min = 86400,
                        doc =
                                "How long reports that others sent us are kept, for `postern dmarc report`.")
                Duration keep,
        @Setting(
                        otherwise = "\"64 MiB\"",
                        min = 1048576,
                        doc =
                                "Octets of such reports, packed, of which those from one domain may take a sixteenth. "
                                        + "When there is no room, the oldest must expire first; the mail itself goes on in "
                                        + "any case.")
                ByteSize room) {

    /// Whether reports are sent.
    public boolean enabled() {
        return organization.isPresent() && contact.isPresent();
    }

    /// The mailbox of an address in the configuration.
    public static Optional<Mailbox> mailbox(String address) {
        return Paths.mailbox(address, false) instanceof Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                ? Optional.of(mailbox)
                : Optional.empty();
    }

    /// What no single key can say.
    static void check(Config config, Binder binder, List<String> wrong) {
        var rules = config.dmarcReports();
        if (rules.organization().isPresent() != rules.contact().isPresent()) {
            wrong.add(
                    binder.place("dmarc_reports")
                            + "dmarc_reports.organization and dmarc_reports.contact go together");
        }
        if (rules.contact().isPresent()) {
            var contact = rules.contact().get();
            var place = binder.place("dmarc_reports.contact");
            var mailbox = mailbox(contact);
            if (mailbox.isEmpty()) {
                wrong.add(place + notAnAddress("dmarc_reports.contact", contact));
            } else if (!(mailbox.get().host() instanceof Domain domain)
                    || !config.own(domain).map(Config.OwnDomain::sign).orElse(false)) {
                wrong.add(
                        place
                                + "dmarc_reports.contact = \""
                                + contact
                                + "\" is not of a [[domain]] that is signed: a report must pass DMARC");
            }
        }
        for (int i = 0; i < config.domain().size(); i++) {
            var address = config.domain().get(i).dmarcReports();
            if (address.isPresent() && mailbox(address.get()).isEmpty()) {
                wrong.add(
                        binder.place("domain[" + i + "].dmarc_reports")
                                + notAnAddress("domain.dmarc_reports", address.get()));
            }
        }
    }

    private static String notAnAddress(String key, String text) {
        return key + " = \"" + text + "\" is no address such as dmarc@example.com";
    }
}
