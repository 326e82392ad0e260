package io.postern.auth.published;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.mail.Domain;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Where a domain's mail goes. RFC 5321 §5.1.
final class MxCheck {
    /// Senders try a few.
    private static final int LOOKED_AT = 10;

    private final Subject subject;
    private final Asking dns;
    private final Findings findings;

    MxCheck(Subject subject, Asking dns, Findings findings) {
        this.subject = subject;
        this.dns = dns;
        this.findings = findings;
    }

    void check() {
        var domain = subject.domain();
        switch (dns.mx(domain.name())) {
            case Answer.TemporaryFailure<MxRecord>(var why) ->
                    findings.unknown(Topic.MX, "MX " + domain, why);
            case Answer.NoSuchName<MxRecord>(), Answer.NoData<MxRecord>() -> absent();
            case Answer.Records<MxRecord>(var hosts, _, _) -> hosts(hosts);
        }
    }

    private void absent() {
        var domain = subject.domain();
        if (subject.takesMail()) {
            findings.error(
                    Topic.MX,
                    "there is no MX record: mail does not come to this gateway",
                    wanted());
        } else {
            findings.advice(
                    Topic.MX,
                    "there is no MX record, so mail goes to the address of "
                            + domain
                            + ", if it has one; a domain that takes none says so (RFC 7505)",
                    domain + ". IN MX 0 .");
        }
    }

    private String wanted() {
        return Wanted.mx(subject.domain(), subject.gateway().orElseThrow());
    }

    private void hosts(List<MxRecord> hosts) {
        boolean none = hosts.stream().anyMatch(host -> host.exchange().isEmpty());
        if (none && hosts.size() > 1) {
            findings.error(
                    Topic.MX,
                    "a null MX stands beside other hosts: it must be alone (RFC 7505 §3)");
        } else if (none && subject.takesMail()) {
            findings.error(
                    Topic.MX,
                    "the null MX says that the domain takes no mail, but this gateway does",
                    wanted());
        } else if (none) {
            findings.ok(Topic.MX, "the domain takes no mail (null MX, RFC 7505)");
        }
        var named =
                hosts.stream()
                        .filter(host -> !host.exchange().isEmpty())
                        .sorted(
                                Comparator.comparingInt(MxRecord::preference)
                                        .thenComparing(MxRecord::exchange))
                        .toList();
        if (named.isEmpty()) {
            return;
        }
        int before = findings.all().size();
        var addresses = new ArrayList<InetAddress>();
        named.stream().limit(LOOKED_AT).forEach(host -> host(host.exchange(), addresses));
        if (named.size() > LOOKED_AT) {
            findings.advice(
                    Topic.MX,
                    "of %d hosts the first %d were looked at".formatted(named.size(), LOOKED_AT));
        }
        if (subject.takesMail()) {
            here(named, addresses);
        }
        if (findings.all().size() == before) {
            findings.ok(
                    Topic.MX,
                    named.size() == 1
                            ? named.getFirst().exchange() + " takes the mail"
                            : named.size() + " hosts, all with an address");
        }
    }

    private void host(String host, List<InetAddress> addresses) {
        if (isAddress(host)) {
            findings.error(
                    Topic.MX,
                    "MX " + Texts.brief(host) + " is an address; a host name belongs there");
            return;
        }
        // The aliases of a host that is one are followed by its addresses.
        if (dns.cname(host) instanceof Answer.Records<String>(var targets, _, _)) {
            findings.warning(
                    Topic.MX,
                    "MX %s is an alias (CNAME) of %s, which an MX must not name (RFC 2181 §10.3)"
                            .formatted(Texts.brief(host), Texts.brief(targets.getFirst())));
        }
        addresses(host, addresses);
    }

    private static boolean isAddress(String host) {
        return host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private void addresses(String host, List<InetAddress> addresses) {
        boolean any = false;
        for (var answer : List.of(dns.a(host), dns.aaaa(host))) {
            switch (answer) {
                case Answer.Records<InetAddress>(var found, _, _) -> {
                    any = true;
                    addresses.addAll(found);
                    found.stream()
                            .filter(MxCheck::isInside)
                            .findFirst()
                            .ifPresent(address ->
                                    findings.warning(
                                            Topic.MX,
                                            "MX %s has the address %s, which strangers can't reach"
                                                    .formatted(
                                                            Texts.brief(host),
                                                            address.getHostAddress())));
                }
                case Answer.TemporaryFailure<InetAddress>(var why) -> {
                    any = true;
                    findings.unknown(Topic.MX, "addresses of " + Texts.brief(host), why);
                }
                case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> {}
            }
        }
        if (!any) {
            findings.error(Topic.MX, "MX " + Texts.brief(host) + " has no address");
        }
    }

    private static boolean isInside(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || address.isAnyLocalAddress();
    }

    /// Whether some host is this gateway: by name, or by an address of its own.
    private void here(List<MxRecord> hosts, List<InetAddress> addresses) {
        Domain own = subject.gateway().orElseThrow().host();
        if (hosts.stream().anyMatch(host -> host.exchange().equals(own.name()))) {
            return;
        }
        var ours = new ArrayList<>(subject.senders());
        for (var answer : List.of(dns.a(own.name()), dns.aaaa(own.name()))) {
            if (answer instanceof Answer.Records<InetAddress>(var found, _, _)) {
                ours.addAll(found);
            } else if (answer instanceof Answer.TemporaryFailure<InetAddress>(var why)) {
                findings.unknown(Topic.MX, "addresses of " + own, why);
                return;
            }
        }
        if (addresses.stream().noneMatch(ours::contains)) {
            findings.warning(
                    Topic.MX,
                    "no MX host is this gateway (%s): mail comes here only if another host sends it on"
                            .formatted(own),
                    wanted());
        }
    }
}
