package io.postern.auth.published;

import io.postern.mail.Domain;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/// The records that a domain should have, for one that has none yet.
///
/// @param needed whether mail suffers without it; else it is advice
/// @param why in one line
/// @param record a line of a zone file
public record Wanted(Topic topic, boolean needed, String why, String record) {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withZone(ZoneOffset.UTC);

    /// All of them, in the order of the topics.
    ///
    /// @param now for the version of the MTA-STS policy
    public static List<Wanted> of(Subject subject, Instant now) {
        var all = new ArrayList<Wanted>();
        for (var key : subject.keys()) {
            all.add(
                    new Wanted(
                            Topic.DKIM,
                            true,
                            "receivers verify signatures by %s with it".formatted(key.selector()),
                            key.zoneLine()));
        }
        all.add(
                new Wanted(
                        Topic.SPF,
                        true,
                        "says which hosts send for the domain; "
                                + (subject.senders().isEmpty()
                                        ? "put the addresses that mail leaves from into it"
                                        : "add all others that do"),
                        spf(subject)));
        all.add(
                new Wanted(
                        Topic.DMARC,
                        true,
                        "joins both and asks for reports; an address that is read must be in rua=",
                        dmarc(subject)));
        subject.gateway()
                .filter(Subject.Gateway::takesMail)
                .ifPresent(gateway ->
                        all.add(
                                new Wanted(
                                        Topic.MX,
                                        true,
                                        "brings the domain's mail here",
                                        mx(subject.domain(), gateway))));
        if (subject.takesMail()) {
            all.add(
                    new Wanted(
                            Topic.MTA_STS,
                            false,
                            "senders insist on TLS (RFC 8461); needs https://mta-sts."
                                    + subject.domain()
                                    + "/.well-known/mta-sts.txt first",
                            mtaSts(subject.domain(), now)));
            all.add(
                    new Wanted(
                            Topic.TLS_RPT,
                            false,
                            "senders report when TLS fails (RFC 8460)",
                            tlsRpt(subject)));
        }
        return all;
    }

    static String spf(Subject subject) {
        var text = new StringBuilder("v=spf1");
        for (var sender : subject.senders()) {
            text.append(' ').append(mechanism(sender));
        }
        if (subject.senders().isEmpty()) {
            // What is known of where mail leaves from, for want of addresses.
            text.append(
                    subject.gateway()
                            .map(gateway ->
                                    " " + host(gateway.smartHost().orElse(gateway.host().name())))
                            .orElse(" mx"));
        }
        // Not -all: receivers may refuse by it before DKIM is looked at (RFC 7489 §10.1).
        return ZoneLine.txt(subject.domain().name(), text.append(" ~all").toString());
    }

    /// RFC 7208 §5.3 has names only: an address there is a permerror.
    private static String host(String nameOrAddress) {
        try {
            return mechanism(InetAddress.ofLiteral(nameOrAddress));
        } catch (IllegalArgumentException _) {
            return "a:" + nameOrAddress;
        }
    }

    /// RFC 7208 §5.6.
    static String mechanism(InetAddress address) {
        return (address instanceof Inet4Address ? "ip4:" : "ip6:") + address.getHostAddress();
    }

    static String dmarc(Subject subject) {
        return ZoneLine.txt(
                "_dmarc." + subject.domain(), "v=DMARC1; p=none; rua=mailto:" + reports(subject));
    }

    static String reports(Subject subject) {
        return subject.reports().orElse("dmarc-reports@" + subject.domain());
    }

    static String mx(Domain domain, Subject.Gateway gateway) {
        return ZoneLine.mx(domain.name(), 10, gateway.host().name());
    }

    static String mtaSts(Domain domain, Instant now) {
        return ZoneLine.txt("_mta-sts." + domain, "v=STSv1; id=" + SECOND.format(now));
    }

    static String tlsRpt(Subject subject) {
        return ZoneLine.txt(
                "_smtp._tls." + subject.domain(),
                "v=TLSRPTv1; rua=mailto:"
                        + subject.reports().orElse("tls-reports@" + subject.domain()));
    }
}
