package io.postern.gateway.config;

import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The whole configuration file. State (keys, queue, events) is in the store, never here.
public record Config(
        @Setting(
                        required = true,
                        doc =
                                "The name of this gateway in greetings, EHLO, Received fields and DSNs. "
                                        + "It should resolve to the address it sends from, and back.")
                Domain hostname,
        @Setting(
                        otherwise = "\"data\"",
                        doc =
                                "The folder for queue, keys and history, relative to the configuration file's folder. "
                                        + "Belongs to the service user alone (0700).")
                Path data,
        @Setting(
                        doc =
                                "Where mail to `<Postmaster>` goes (RFC 5321 §4.5.1), and who DSNs come from when "
                                        + "their reader is not of a domain of ours. "
                                        + "When absent: postmaster@ the first domain of ours with `deliver_to`, or else the first.")
                Optional<String> postmaster,
        @Setting(doc = "A TCP port that takes mail; at least one.") List<Listener> listener,
        @Setting(doc = "A domain that is ours; at least one.") List<OwnDomain> domain,
        @Setting(doc = "An LDAP directory that knows recipients or users.")
                List<Directory> directory,
        @Setting(doc = "A certificate of the gateway's, for the host names in it (SNI).")
                List<Certificate> certificate,
        @Setting(doc = "What was agreed with a peer about TLS.") List<Peer> peer,
        @Setting(doc = "How mail leaves.") Outbound outbound,
        @Setting(doc = "Refusals that take their time.") Tarpit tarpit,
        @Setting(
                        doc =
                                "Header fields that do not pass, besides those that never do: `Bcc`, `Return-Path`, "
                                        + "`X-Postern-...`, and on the way in Authentication-Results that claim to be ours.")
                FirewallConfig headerFirewall,
        @Setting(doc = "Where mail for one domain goes instead of its MX or the smart host.")
                List<Route> route,
        @Setting(doc = "A rule of the perimeter; asked in the order of the file.")
                List<RuleConfig> rule,
        @Setting(doc = "How users authenticate on listeners with role `submission`.")
                Submission submission,
        @Setting(doc = "Signing.") Signing signing,
        @Setting(doc = "The life of DKIM keys (docs/dkim-keys.md).") DkimConfig.Dkim dkim,
        @Setting(doc = "Who puts key records into the DNS.") List<DkimConfig.Publisher> publisher,
        @Setting(doc = "The resolver.") Dns dns,
        @Setting(doc = "Bounds. Each has its own reply when it is hit.") Limits limits,
        @Setting(
                        doc =
                                "How much may come from whom in how long; all that fit are asked, and counting "
                                        + "survives a restart. docs/abuse.md has examples.")
                List<RateConfig> rate,
        @Setting(doc = "Accounts that may be in wrong hands.") GuardConfig guard,
        @Setting(doc = "A list of clients, names or addresses that are refused or let through.")
                List<AbuseConfig.AccessList> accessList,
        @Setting(doc = "DNS lists of clients and of domains.") AbuseConfig.Dnsbl dnsbl,
        @Setting(doc = "Greylisting.") AbuseConfig.Greylist greylist,
        @Setting(doc = "What is asked of clients that nobody vouches for.")
                AbuseConfig.Strangers strangers,
        @Setting(
                        doc =
                                "Who really sent what strangers hand in: SPF, DKIM, DMARC and ARC, written into "
                                        + "Authentication-Results and acted upon.")
                AuthenticationConfig authentication,
        @Setting(doc = "DMARC reports, sent and received (docs/dmarc-reports.md).")
                DmarcReportRules dmarcReports,
        @Setting(doc = "What is published of key management (docs/km.md); nothing when absent.")
                KmRules km,
        @Setting(doc = "Figures for Prometheus, and the health endpoint.") Metrics metrics,
        @Setting(doc = "What is kept of messages that have left.") History history,
        @Setting(doc = "Secrets at rest.") Secrets secrets) {
    public Config {
        domain = OwnDomains.of(domain);
    }

    /// A listener.
    public record Listener(
            @Setting(
                            required = true,
                            doc =
                                    "`inbound`: anybody hands in mail for our recipients, and for nobody else. "
                                            + "`outbound`: hosts in `trust` hand in mail for anywhere; everybody else is refused. "
                                            + "`submission`: as outbound, for clients that have authenticated.")
                    Role role,
            @Setting(
                            required = true,
                            doc =
                                    "Address and port, such as `10.0.0.5:25`. Ports below 1024 need the capability "
                                            + "CAP_NET_BIND_SERVICE or a socket handed over by systemd.")
                    HostPort address,
            @Setting(
                            otherwise = "[\"127.0.0.0/8\", \"::1/128\"]",
                            doc =
                                    "With role `outbound`: networks whose hosts may hand in mail. Anybody else gets 554 5.7.1 at once.")
                    List<Network> trust,
            @Setting(
                            otherwise = "\"refuse\"",
                            doc =
                                    "Mail that no key of ours fits (foreign, missing or ambiguous author): `refuse` it "
                                            + "with 550 5.7.1, or `pass` it unsigned.")
                    Unsigned unsigned,
            @Setting(
                            doc =
                                    "PEM file with the certificate chain of this listener, beside those of [[certificate]] and "
                                            + "before them when the client names no host. TLS is served when there is any.")
                    Optional<Path> tlsCertificate,
            @Setting(doc = "PEM file with the unencrypted PKCS#8 private key of that certificate.")
                    Optional<Path> tlsKey,
            @Setting(
                            otherwise = "\"starttls\"",
                            doc =
                                    "`starttls` begins in clear (ports 25 and 587), `implicit` with the TLS handshake "
                                            + "(port 465, RFC 8314).")
                    TlsStart tls,
            @Setting(
                            otherwise = "false",
                            doc =
                                    "Whether nothing is taken in clear: 530 5.7.0 to all but EHLO, NOOP, STARTTLS and QUIT. "
                                            + "Always so with role `submission`, unless `submission.scram_in_clear`.")
                    boolean requireTls,
            @Setting(
                            doc =
                                    "PEM file with the authorities of clients' certificates; clients are asked for one when it "
                                            + "is given. A bad one ends the handshake, none does not.")
                    Optional<Path> clientCa,
            @Setting(
                            otherwise = "false",
                            doc =
                                    "Whether a client without a certificate of `client_ca` gets no TLS.")
                    boolean requireClientCertificate,
            @Setting(
                            doc =
                                    "With role `outbound`: names of client certificates whose holders may hand in mail from "
                                            + "anywhere (common name, DNS or e-mail name). Others outside `trust` are refused at MAIL.")
                    List<String> trustCertificates,
            @Setting(
                            doc =
                                    "Networks of load balancers in front of this listener. Their connections must begin with "
                                            + "a header of the PROXY protocol, version 2 (haproxy: `send-proxy-v2`), within 5 "
                                            + "seconds, or are closed; the client, in all that the gateway does, is whom the "
                                            + "header announces. From anybody else such a header is never read.")
                    List<Network> proxyFrom,
            @Setting(
                            otherwise = "false",
                            doc =
                                    "With role `outbound` or `submission`: whether a MAIL FROM of a domain of ours that "
                                            + "has `recipients` must be one of them, else 550 5.1.0; 451 4.4.3 while they "
                                            + "can't be looked up (RFC 2505 §2.10).")
                    boolean verifyLocalPart,
            @Setting(
                            doc =
                                    "The reply to VRFY; when absent 252 2.5.0, which tells nothing (RFC 5321 §3.5.3).")
                    Optional<Reply> vrfy,
            @Setting(otherwise = "\"502 5.5.1 no lists are told\"", doc = "The reply to EXPN.")
                    Reply expn,
            @Setting(
                            otherwise = "\"502 5.5.1 ETRN is not implemented\"",
                            doc = "The reply to ETRN; no queue is run for whoever asks.")
                    Reply etrn) {
        /// What it is called in logs and in the facts kept with a message: `inbound-25`. By its
        /// beginning a message still says, years later, who handed it in.
        public String name() {
            return role.name().toLowerCase(Locale.ROOT) + "-" + address.port();
        }
    }

    /// How TLS begins on a listener.
    public enum TlsStart {
        STARTTLS,
        IMPLICIT
    }

    /// What a listener is for.
    public enum Role {
        /// Strangers hand in mail for recipients of ours.
        INBOUND,
        /// Inside hosts hand in mail for anywhere.
        OUTBOUND,
        /// Authenticated clients hand in mail for anywhere.
        SUBMISSION;

        /// Whether who gets past the door is trusted to send to anywhere.
        public boolean sendsOut() {
            return this != INBOUND;
        }
    }

    /// What happens to mail that cannot be signed.
    public enum Unsigned {
        REFUSE,
        PASS
    }

    /// A domain of ours.
    public record OwnDomain(
            @Setting(required = true, doc = "The domain, in A-labels or U-labels.") Domain name,
            @Setting(
                            otherwise = "true",
                            doc =
                                    "Whether mail by authors of this domain is signed. If so, and there is no key yet, "
                                            + "the mail is deferred with 451 4.7.5 rather than sent unsigned.")
                    boolean sign,
            @Setting(
                            otherwise = "[\"rsa\", \"ed25519\"]",
                            doc =
                                    "Which of the domain's active keys sign. Both on each message is best: receivers "
                                            + "take the one they know (RFC 8463 §6).")
                    List<Algorithm> algorithms,
            @Setting(
                            doc =
                                    "How the domain's DKIM keys live. In one line: `dkim = { publish = \"ns\" }`, and in a "
                                            + "laboratory `dkim = { check = \"off\" }`.")
                    DkimConfig.OwnDkim dkim,
            @Setting(
                            doc =
                                    "The inside hosts that take mail for this domain, in the order in which they are "
                                            + "tried. When absent, the domain takes no mail from outside, and inside hosts' "
                                            + "mail for it goes by its MX.")
                    List<HostPort> deliverTo,
            @Setting(doc = "TLS towards these hosts; when absent as in [outbound].")
                    Optional<TlsMode> deliverTls,
            @Setting(
                            doc =
                                    "What these hosts are shown when they ask for a client certificate; when absent as "
                                            + "in [outbound]. In one line: `deliver_certificate = { file = \"gw.pem\" }`.")
                    Optional<Certificate> deliverCertificate,
            @Setting(
                            doc =
                                    "Who in the domain takes mail from outside; needed for that with `deliver_to`. "
                                            + "In one line: `recipients = { list = [\"info@example.com\"] }`.")
                    Optional<Recipients> recipients,
            @Setting(
                            otherwise = "true",
                            doc =
                                    "Whether a stranger is told with a DSN that the inside hosts refused for good what "
                                            + "was taken here (RFC 5321 §6.1). It returns the header section, never the content. "
                                            + "It may go to somebody who never wrote: refuse at RCPT what inside would refuse, by "
                                            + "`recipients`. With `false` strangers get no DSN about this domain's mail; log and "
                                            + "history have it. A stranger is a client of an inbound listener, whatever its MAIL "
                                            + "FROM says; delays and successes are never reported to one.")
                    boolean failureReports,
            @Setting(
                            doc =
                                    "The address that the domain's DMARC record names with `rua`, when it is received "
                                            + "here: aggregate reports to it are read and kept for `postern dmarc report`, and "
                                            + "go on as all mail does.")
                    Optional<String> dmarcReports) {}

    /// A signing algorithm family.
    public enum Algorithm {
        RSA,
        ED25519
    }

    /// How mail leaves.
    public record Outbound(
            @Setting(
                            doc =
                                    "`host:port` that takes all outbound mail; when absent, mail goes to the recipients' MX.")
                    Optional<HostPort> smartHost,
            @Setting(
                            doc =
                                    "A folder (maildir) into which outbound mail is put instead of leaving, for trying out.")
                    Optional<Path> capture,
            @Setting(
                            otherwise = "\"opportunistic\"",
                            doc =
                                    "TLS towards next hops: `opportunistic` uses STARTTLS when offered (RFC 7435), "
                                            + "`required` sends nothing in clear, `verified` nothing to a host whose certificate "
                                            + "does not name it or has no authority that this system trusts, `none` never uses it.")
                    TlsMode tls,
            @Setting(
                            doc =
                                    "What next hops are shown when they ask for a client certificate; when absent they "
                                            + "are shown none. In one line: `certificate = { file = \"gw.pem\" }`.")
                    Optional<Certificate> certificate,
            @Setting(otherwise = "25", min = 1, max = 65535, doc = "The port of MX hosts.")
                    int port,
            @Setting(
                            otherwise = "20",
                            min = 1,
                            max = 1000,
                            doc = "Connections to one destination at once.")
                    int connectionsPerDestination,
            @Setting(
                            otherwise = "500",
                            min = 1,
                            max = 20000,
                            doc = "Connections to all destinations at once.")
                    int connections,
            @Setting(
                            otherwise = "1000",
                            min = 1,
                            doc = "Messages over one connection before it is closed.")
                    int messagesPerConnection,
            @Setting(
                            otherwise = "100",
                            min = 1,
                            max = 1000,
                            doc =
                                    "Recipients of one message in one transaction; RFC 5321 §4.5.3.1.8 lets a server "
                                            + "refuse more than 100.")
                    int recipientsPerTransaction,
            @Setting(
                            otherwise = "\"3s\"",
                            max = 300,
                            doc = "How long an unused connection is kept for the next message.")
                    Duration idle,
            @Setting(
                            otherwise =
                                    "[\"1m\", \"5m\", \"15m\", \"30m\", \"1h\", \"2h\", \"4h\"]",
                            doc =
                                    "Waits between attempts, each lengthened by up to a fifth by chance; the last one "
                                            + "repeats until `expire`.")
                    List<Duration> retry,
            @Setting(
                            otherwise = "\"5d\"",
                            min = 1,
                            doc =
                                    "When delivery is given up and a failure DSN is sent (RFC 5321 §4.5.4.1).")
                    Duration expire,
            @Setting(
                            otherwise = "\"4h\"",
                            doc =
                                    "When one delay DSN is sent about mail that still waits; `0s` never.")
                    Duration delayNotice,
            @Setting(
                            otherwise = "\"30s\"",
                            min = 1,
                            max = 300,
                            doc = "Time to connect (RFC 5321 §4.5.3.2).")
                    Duration connectTimeout,
            @Setting(
                            otherwise = "\"5m\"",
                            min = 1,
                            max = 3600,
                            doc =
                                    "Time for the greeting and for the reply to EHLO, MAIL and RCPT (§4.5.3.2.1 to .3).")
                    Duration commandTimeout,
            @Setting(
                            otherwise = "\"10m\"",
                            min = 1,
                            max = 3600,
                            doc =
                                    "Time for the reply to the end of data (§4.5.3.2.6). Shorter ones make duplicates.")
                    Duration dataTimeout,
            @Setting(
                            otherwise = "20000",
                            min = 100,
                            max = 1000000,
                            doc =
                                    "Messages that wait for delivery in memory; more wait in the store.")
                    int messagesInMemory,
            @Setting(
                            otherwise = "\"64 MiB\"",
                            doc = "Octets of content kept in memory for these messages.")
                    ByteSize contentInMemory) {}

    /// TLS towards a next hop.
    public enum TlsMode {
        NONE,
        OPPORTUNISTIC,
        REQUIRED,
        VERIFIED
    }

    /// A route of its own for one domain.
    public record Route(
            @Setting(required = true, doc = "The recipients' domain.") Domain domain,
            @Setting(required = true, doc = "Hosts in the order in which they are tried.")
                    List<HostPort> to,
            @Setting(doc = "TLS towards these hosts; when absent as in [outbound].")
                    Optional<TlsMode> tls,
            @Setting(
                            doc =
                                    "What these hosts are shown when they ask for a client certificate; when absent as "
                                            + "in [outbound].")
                    Optional<Certificate> certificate) {}

    /// Signing.
    public record Signing(
            @Setting(
                            otherwise = "\"0s\"",
                            doc =
                                    "How long a signature is valid (`x=`); `0s` for ever. Longer than `outbound.expire`, "
                                            + "or mail that waits arrives with an expired signature.")
                    Duration validFor) {}

    /// The resolver.
    public record Dns(
            @Setting(doc = "`host:port` of resolvers; when absent, the system's.")
                    List<HostPort> servers,
            @Setting(
                            otherwise = "\"5s\"",
                            min = 1,
                            max = 60,
                            doc =
                                    "Time for one question, all servers, tries, aliases and signatures together.")
                    Duration timeout,
            @Setting(
                            otherwise = "\"trust-ad\"",
                            doc =
                                    "Who says whether an answer is authentic (DNSSEC); explanations show it. `off`: nobody. "
                                            + "`trust-ad`: a resolver in `trust_ad_of`, by its AD bit. `validate`: the gateway, by "
                                            + "signatures from `trust_anchors` on; a bogus answer then counts as none for now "
                                            + "(451, `temperror`). The resolvers must give signatures on request.")
                    DnssecMode dnssec,
            @Setting(
                            otherwise = "[\"127.0.0.0/8\", \"::1/128\"]",
                            doc =
                                    "With `dnssec = \"trust-ad\"`: networks of resolvers that validate and that nobody can "
                                            + "forge replies of: on this machine or behind a tunnel (RFC 6840 §5.8). Not a "
                                            + "container's stub, which only passes on.")
                    List<Network> trustAdOf,
            @Setting(
                            doc =
                                    "With `dnssec = \"validate\"`: a zone file of DS or DNSKEY records; what is under none of "
                                            + "them counts as unsigned. When absent: the root zone's keys of 2017 and 2024, which "
                                            + "no later key replaces by itself.")
                    Optional<Path> trustAnchors,
            @Setting(
                            otherwise = "\"2s\"",
                            max = 60,
                            doc =
                                    "How long, from the moment a stranger connects, its name may take to be found for "
                                            + "the Received field, lists and rules; looked up beside the dialogue. `0s`: not looked up.")
                    Duration reverseTimeout) {}

    /// Who says whether an answer of the DNS is authentic.
    public enum DnssecMode {
        OFF,
        TRUST_AD,
        VALIDATE
    }

    /// Bounds on what clients may do.
    public record Limits(
            @Setting(
                            otherwise = "\"50 MiB\"",
                            min = 65536,
                            doc = "Octets of one message; 552 5.3.4.")
                    ByteSize messageSize,
            @Setting(
                            otherwise = "1000",
                            min = 100,
                            doc = "Recipients of one transaction; 452 4.5.3.")
                    int recipients,
            @Setting(otherwise = "10000", min = 1, doc = "Messages of one session; 421 4.7.0.")
                    int messagesPerSession,
            @Setting(otherwise = "10", min = 1, doc = "Refused commands of one session; 421 4.7.0.")
                    int errors,
            @Setting(
                            otherwise = "100",
                            min = 1,
                            doc =
                                    "NOOP, RSET, VRFY, EXPN, HELP, HELO and EHLO since the last recipient or message "
                                            + "that was taken; each one more counts as refused.")
                    int junkCommands,
            @Setting(otherwise = "100000", min = 100, doc = "Commands of one session; 421 4.7.0.")
                    int commands,
            @Setting(otherwise = "10000", min = 1, doc = "Sessions at once; 421 4.3.2.")
                    int sessions,
            @Setting(
                            otherwise = "1500",
                            min = 1,
                            doc = "Sessions at once of one client address; 421 4.7.0.")
                    int sessionsPerClient,
            @Setting(
                            otherwise = "\"5m\"",
                            min = 1,
                            doc = "Wait for a command; 421 4.4.2 (RFC 5321 §4.5.3.2.7).")
                    Duration idle,
            @Setting(
                            otherwise = "\"3m\"",
                            min = 1,
                            doc = "Wait for the next octets of content; 421 4.4.2.")
                    Duration dataBlock,
            @Setting(
                            otherwise = "\"256 KiB\"",
                            min = 16384,
                            doc = "Octets of a header section; 552 5.3.4.")
                    ByteSize header,
            @Setting(otherwise = "1000", min = 50, doc = "Header fields; 552 5.3.4.")
                    int headerFields,
            @Setting(
                            otherwise = "100",
                            min = 10,
                            doc =
                                    "Received fields of a message that does not loop yet; more: 554 5.4.6 "
                                            + "(RFC 5321 §6.3 wants at least 100).")
                    int hops,
            @Setting(
                            otherwise = "30",
                            min = 1,
                            doc =
                                    "Depth of MIME parts that conversion looks into; more: 554 5.6.3.")
                    int mimeDepth,
            @Setting(
                            otherwise = "1000",
                            min = 1,
                            doc = "MIME parts that conversion looks into; more: 554 5.6.3.")
                    int mimeParts,
            @Setting(
                            otherwise = "\"64 MiB\"",
                            min = 4194304,
                            doc =
                                    "Octets of memory for mail being received, over all sessions: envelopes, header sections, "
                                            + "bodies. Never above a quarter of the heap. A session holds at most a 64th, and 16 KiB "
                                            + "when less than half is free: a body that finds no room goes to a file, a recipient or a "
                                            + "header section is answered 452 4.3.1.")
                    ByteSize contentInMemory,
            @Setting(
                            otherwise = "\"100 MiB\"",
                            doc =
                                    "Free disk space below which mail is refused with 452 4.3.1. Files of content being "
                                            + "received take at most half of what is free above it; a message that finds no room "
                                            + "there is answered 452 4.3.1.")
                    ByteSize freeDisk) {}

    /// Figures and health.
    public record Metrics(
            @Setting(
                            doc =
                                    "`host:port` for `/metrics` and `/health`, read-only; when absent, neither is served.")
                    Optional<HostPort> address) {}

    /// History.
    public record History(
            @Setting(
                            otherwise = "\"30d\"",
                            doc =
                                    "How long decision records and events of messages that left are kept.")
                    Duration keep,
            @Setting(
                            otherwise = "\"7d\"",
                            min = 0,
                            max = 2678400,
                            doc =
                                    "How long is kept what decided about each message of strangers, refused ones too, for "
                                            + "`postern replay`: envelope, client, results, a few header fields such as From "
                                            + "and Subject, never the body. At most 200,000 messages, the newest; `0s` keeps "
                                            + "none.")
                    Duration replay) {}

    /// Secrets at rest.
    public record Secrets(
            @Setting(
                            doc =
                                    "The file with the start secret under which keys in the store are wrapped; when absent, "
                                            + "`start-secret` in the data folder, made at first start. On another medium, a "
                                            + "stolen disk holds no readable key.")
                    Optional<Path> startSecret) {}

    /// The domain of ours with that name.
    public Optional<OwnDomain> own(Domain name) {
        return OwnDomains.of(domain).named(name);
    }
}
