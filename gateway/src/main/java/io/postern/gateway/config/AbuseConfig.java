package io.postern.gateway.config;

import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The sections about strangers who send what nobody wants: lists, DNS lists, greylisting, and what
/// is asked of names and addresses.
public final class AbuseConfig {
    private AbuseConfig() {}

    /// A list of clients, names or addresses that are refused or let through.
    public record AccessList(
            @Setting(
                            required = true,
                            doc =
                                    "What the list is called in logs and decision records; each name once.")
                    String name,
            @Setting(
                            required = true,
                            doc =
                                    "What is looked up: `client` (networks), `helo` (names, or literals such as "
                                            + "`[192.0.2.1]`), `reverse-name` (the client's name in the DNS), "
                                            + "`reverse-path` (`user@example.com`, `user@`, or a domain). A domain "
                                            + "with a leading dot means those below it.")
                    Subject of,
            @Setting(
                            otherwise = "\"refuse\"",
                            doc =
                                    "`refuse`, or `allow`: found there, the lists below it, DNS lists, greylisting "
                                            + "and the checks of names are passed over; by a list of `client` or "
                                            + "`reverse-name` also what authentication of the message finds. "
                                            + "Relaying and unknown recipients are refused all the same.")
                    Action action,
            @Setting(doc = "The entries.") List<String> entries,
            @Setting(
                            doc =
                                    "A file with one entry a line, `#` before remarks; taken up again when it has "
                                            + "changed, whole or (with a warning) not at all. At most 1,000,000 "
                                            + "entries and 64 MiB.")
                    Optional<Path> file,
            @Setting(
                            otherwise = "\"550 5.7.1 refused by a list of this site\"",
                            doc =
                                    "The reply: code, enhanced status code and text. 4yz lets the client come again "
                                            + "(RFC 2505 §2.13).")
                    Reply reply,
            @Setting(
                            doc =
                                    "Where the dialogue is refused: `connect`, `helo`, `mail` or `rcpt`; when absent, "
                                            + "as soon as it is known. At `rcpt` the log has the recipient, and mail to "
                                            + "postmaster passes.")
                    Optional<Step> at,
            @Setting(
                            otherwise = "[\"inbound\"]",
                            doc = "The roles of the listeners where the list is asked.")
                    List<Config.Role> roles) {}

    /// What a list is about.
    public enum Subject {
        CLIENT,
        HELO,
        REVERSE_NAME,
        REVERSE_PATH
    }

    /// What a list does.
    public enum Action {
        REFUSE,
        ALLOW
    }

    /// A step of the dialogue.
    public enum Step {
        CONNECT,
        HELO,
        MAIL,
        RCPT
    }

    /// DNS lists of clients (DNSBL) and of domains (RHSBL), of strangers only. RFC 5782.
    public record Dnsbl(
            @Setting(
                            otherwise = "10",
                            min = 1,
                            max = 1000,
                            doc =
                                    "The client is refused when the weights of the zones that list it add up to this.")
                    int refuseAt,
            @Setting(
                            otherwise = "\"5s\"",
                            min = 1,
                            max = 30,
                            doc =
                                    "How long the dialogue waits for all zones together, from the moment that they were "
                                            + "asked; a zone that has not answered then does not count.")
                    Duration deadline,
            @Setting(
                            otherwise = "\"550 5.7.1 refused, listed by\"",
                            doc = "The reply; the zones and their reasons follow the text.")
                    Reply reply,
            @Setting(
                            otherwise = "\"rcpt\"",
                            doc =
                                    "Where the dialogue is refused: `mail` or `rcpt`. At `rcpt` the log has the "
                                            + "recipient, and mail to postmaster passes.")
                    Step at,
            @Setting(
                            doc =
                                    "Networks that are never looked up, beside loopback, private and other addresses "
                                            + "that no zone can know.")
                    List<Network> exempt,
            @Setting(
                            otherwise = "\"1h\"",
                            min = 60,
                            max = 86400,
                            doc =
                                    "How often each zone's test entries are looked up (RFC 5782 §5). A zone that lists "
                                            + "what it must not, or does not list what it must, is warned about and "
                                            + "not used until it passes again.")
                    Duration selfCheck,
            @Setting(doc = "The zones, at most 32.") List<Zone> zone) {}

    /// A zone.
    public record Zone(
            @Setting(required = true, doc = "The zone, such as `zen.spamhaus.org`.") Domain name,
            @Setting(
                            otherwise = "\"client\"",
                            doc =
                                    "What is looked up in it: `client` (address), `helo` (name), `reverse-path` "
                                            + "(its domain), `reverse-name` (the client's name in the DNS).")
                    Subject of,
            @Setting(
                            otherwise = "[\"127.0.0.2-127.0.0.254\"]",
                            doc =
                                    "The answers that mean \"listed\", addresses or ranges. Others mean nothing, and "
                                            + "those in 127.255.255.0/24 (an operator's error codes) and outside "
                                            + "127.0.0.0/8 (a parked zone) never do, whatever stands here.")
                    List<AddressRange> codes,
            @Setting(
                            otherwise = "10",
                            min = -1000,
                            max = 1000,
                            doc =
                                    "What a listing adds; below 0 for a list of good clients, which then also pass "
                                            + "greylisting.")
                    int weight,
            @Setting(
                            doc =
                                    "The address or name that the zone must list (RFC 5782 §5); when absent "
                                            + "127.0.0.2, in a zone of names `test`. Some zones have another, such as "
                                            + "`dbltest.com`.")
                    Optional<String> testEntry,
            @Setting(
                            otherwise = "true",
                            doc =
                                    "Whether the zone is used only while its test entries are right; `false` for zones "
                                            + "without any.")
                    boolean selfCheck) {}

    /// Greylisting: the first try of a network, reverse-path and forward-path is put off.
    public record Greylist(
            @Setting(
                            otherwise = "false",
                            doc =
                                    "Whether strangers' mail is greylisted: 451 4.7.1 at RCPT. Costs every new "
                                            + "correspondent some minutes; RFC 6647 says when it pays.")
                    boolean enabled,
            @Setting(
                            otherwise = "\"5m\"",
                            min = 1,
                            max = 86400,
                            doc = "How long after the first try the next one passes.")
                    Duration delay,
            @Setting(
                            otherwise = "\"1d\"",
                            min = 60,
                            max = 864000,
                            doc = "Until when the next try must come, or it is a first one again.")
                    Duration window,
            @Setting(
                            otherwise = "\"35d\"",
                            min = 3600,
                            max = 31536000,
                            doc = "How long what has passed is remembered since its last use.")
                    Duration keep,
            @Setting(
                            otherwise = "5",
                            min = 1,
                            max = 10000,
                            doc =
                                    "After so many triplets of a network have passed, all of that network pass; a /24 "
                                            + "or /64.")
                    int autoAllow,
            @Setting(
                            otherwise = "200000",
                            min = 1000,
                            max = 5000000,
                            doc =
                                    "Triplets and networks that are remembered. More: the one longest unused is forgotten.")
                    int entries,
            @Setting(
                            otherwise = "\"451 4.7.1 come again in some minutes\"",
                            doc = "The reply, 4yz.")
                    Reply reply,
            @Setting(doc = "Networks that are not greylisted.") List<Network> exempt) {}

    /// What is asked of clients that nobody vouches for: on inbound listeners, without a login.
    public record Strangers(
            @Setting(
                            otherwise = "\"250ms\"",
                            max = 30,
                            doc =
                                    "How long the greeting is held back to see whether the client speaks first, as "
                                            + "programs do that do not listen: 554 5.5.1 and close; `0s` not at all. "
                                            + "Waiting costs no thread.")
                    Duration greetingDelay,
            @Setting(
                            otherwise =
                                    "[\"127.0.0.0/8\", \"::1/128\", \"10.0.0.0/8\", \"172.16.0.0/12\", \"192.168.0.0/16\", \"fc00::/7\"]",
                            doc = "Networks whose clients are greeted at once.")
                    List<Network> greetAtOnce,
            @Setting(
                            otherwise = "true",
                            doc =
                                    "Whether the domain in MAIL FROM must be able to take a reply: with neither MX nor "
                                            + "address 550 5.1.8, with a null MX 550 5.7.27 (RFC 7505 §4.2), when the DNS "
                                            + "does not say 451 4.4.3.")
                    boolean verifyDomain,
            @Setting(
                            otherwise = "true",
                            doc =
                                    "Whether a client that calls itself by this gateway's `hostname` is refused with "
                                            + "550 5.7.1.")
                    boolean refuseOwnName,
            @Setting(
                            otherwise = "\"anything\"",
                            doc =
                                    "What HELO must give: `anything`; `qualified`, a name with a dot or an address "
                                            + "literal, else 550 5.7.1; `resolves`, also one with an address or MX, "
                                            + "else 550 5.7.1, when the DNS does not say 451 4.4.3. RFC 5321 §4.1.4 "
                                            + "does not want mail refused for this; honest but careless servers "
                                            + "will be.")
                    HeloName heloName) {}

    /// What the argument of HELO must be.
    public enum HeloName {
        ANYTHING,
        QUALIFIED,
        RESOLVES
    }
}
