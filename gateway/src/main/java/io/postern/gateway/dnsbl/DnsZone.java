package io.postern.gateway.dnsbl;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.AbuseConfig.Subject;
import io.postern.gateway.config.AddressRange;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One zone, and whether it can be believed now. Safe for many threads; blocks as long as the
/// resolver does.
final class DnsZone {
    private static final Logger LOG = LoggerFactory.getLogger(DnsZone.class);

    /// What operators answer instead of a listing: a mistyped zone, an open resolver, too many
    /// questions.
    private static final AddressRange ERRORS = range(0x7fff_ff00L, 0x7fff_ffffL);

    private static final AddressRange LOOPBACK = range(0x7f00_0000L, 0x7fff_ffffL);

    /// Silences in a row after which nobody waits for the zone.
    private static final int PATIENCE = 5;

    /// Characters of a reason in a reply.
    private static final int REASON = 160;

    /// Whether the zone is used.
    enum Standing {
        /// Not tested yet: a parked zone would list the world until it is.
        UNTESTED,
        USED,
        /// Its test entries are wrong.
        SUSPENDED
    }

    private final AbuseConfig.Zone settings;
    private final Resolver resolver;
    private volatile Standing standing;
    private volatile boolean erring;
    private final AtomicInteger silences = new AtomicInteger();

    DnsZone(AbuseConfig.Zone settings, Resolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
        standing = settings.selfCheck() ? Standing.UNTESTED : Standing.USED;
    }

    private static AddressRange range(long first, long last) {
        return new AddressRange(first, last);
    }

    AbuseConfig.Zone settings() {
        return settings;
    }

    Standing standing() {
        return standing;
    }

    /// What the zone says, if it is used.
    Listing ask(Question question) {
        if (standing != Standing.USED) {
            return new Listing.Silent(
                    standing == Standing.UNTESTED
                            ? "not tested yet"
                            : "its test entries are wrong");
        }
        var listing = look(question, settings.codes());
        if (listing instanceof Listing.Silent) {
            missed();
        } else {
            silences.set(0);
        }
        return listing;
    }

    /// Somebody waited for nothing.
    void missed() {
        silences.accumulateAndGet(1, (before, more) -> Math.min(before + more, PATIENCE));
    }

    /// Whether an answer is worth waiting for. Questions go on all the same, and the first that is
    /// answered ends this: a DNS that is silent must not make every session wait.
    boolean isAnswering() {
        return silences.get() < PATIENCE;
    }

    private Listing look(Question question, List<AddressRange> codes) {
        var name = question.label() + "." + settings.name();
        return switch (resolver.a(name)) {
            case Answer.Records<InetAddress>(var records, _, _) -> listing(name, records, codes);
            case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() ->
                    new Listing.NotListed();
            case Answer.TemporaryFailure<InetAddress>(var why) -> new Listing.Silent(why);
        };
    }

    private Listing listing(String name, List<InetAddress> records, List<AddressRange> codes) {
        var all =
                records.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(" "));
        if (records.stream().anyMatch(record -> isIn(List.of(ERRORS), record))) {
            warnOfError(all);
            return new Listing.Silent("the zone's operator answers with an error: " + all);
        }
        if (records.stream().anyMatch(record -> !isIn(List.of(LOOPBACK), record))) {
            // RFC 5782 §2.1 keeps listings in 127/8: someone sells the name, or redirects us.
            return new Listing.Meaningless("an answer outside 127.0.0.0/8: " + all);
        }
        var matching =
                records.stream()
                        .filter(record -> isIn(codes, record))
                        .map(InetAddress::getHostAddress)
                        .collect(Collectors.joining(" "));
        return matching.isEmpty()
                ? new Listing.Meaningless("not one of the codes that count: " + all)
                : new Listing.Listed(matching, reason(name));
    }

    private static boolean isIn(List<AddressRange> ranges, InetAddress record) {
        return record instanceof Inet4Address address
                && ranges.stream().anyMatch(range -> range.contains(address));
    }

    private void warnOfError(String answers) {
        if (!erring) {
            erring = true;
            LOG.warn(
                    "dnsbl zone {} answers {} in place of listings: is its name right, and may this"
                            + " site's resolver ask it (not a public one, not too often)? It does not"
                            + " count",
                    settings.name(),
                    answers);
        }
    }

    /// The zone's reason. Whoever runs the zone writes it, into our replies.
    private String reason(String name) {
        if (!(resolver.txt(name) instanceof Answer.Records<String>(var records, _, _))) {
            return "";
        }
        var text = new StringBuilder();
        var raw = records.getFirst();
        for (int i = 0; i < raw.length() && text.length() < REASON; i++) {
            char c = raw.charAt(i);
            text.append(c >= ' ' && c < 127 ? c : c == '\t' ? ' ' : '?');
        }
        return text.toString().strip();
    }

    /// Looks the test entries up, RFC 5782 §5, and believes the zone or not from now on. When the
    /// DNS does not answer, it stays as it was.
    void test() {
        if (!settings.selfCheck()) {
            return;
        }
        erring = false;
        boolean names = settings.of() != Subject.CLIENT;
        var never = names ? Question.label("invalid") : Question.address(address("127.0.0.1"));
        var always = settings.testEntry().map(DnsZone::entry).orElse(always(names));
        var free = look(never, List.of(LOOPBACK));
        var listed = look(always, List.of(LOOPBACK));
        if (free instanceof Listing.Listed || free instanceof Listing.Meaningless) {
            suspend("lists " + never.shown() + " (" + free + "), so perhaps all there is");
        } else if (listed instanceof Listing.NotListed) {
            suspend(
                    "does not list "
                            + always.shown()
                            + ": is it gone, or is its test_entry another? self_check = false uses"
                            + " it all the same");
        } else if (free instanceof Listing.NotListed && listed instanceof Listing.Listed) {
            if (standing == Standing.SUSPENDED) {
                LOG.info("dnsbl zone {} passes its test again and is used", settings.name());
            }
            standing = Standing.USED;
        }
    }

    private void suspend(String why) {
        if (standing != Standing.SUSPENDED) {
            LOG.warn("dnsbl zone {} is not used: it {}", settings.name(), why);
        }
        standing = Standing.SUSPENDED;
    }

    private static Question always(boolean names) {
        return names ? Question.label("test") : Question.address(address("127.0.0.2"));
    }

    private static Question entry(String text) {
        try {
            return Question.address(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Question.label(text);
        }
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
