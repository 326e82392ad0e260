package io.postern.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// One authoritative server at one address. Confined to one call.
final class Authority {
    /// What resolvers usually take at most (RFC 2308 §5: "one to three hours").
    static final Duration USUAL_NEGATIVE_TTL = Duration.ofHours(3);

    /// RFC 2308 §5: more "have been found to be problematic", and no resolver in use takes it.
    private static final Duration MOST_NEGATIVE_TTL = Duration.ofDays(1);

    /// What it said about a name, and what its zone allows for "no".
    ///
    /// @param negativeTtl empty when that is not known
    record Heard(Survey.Word word, Optional<Duration> negativeTtl) {
        static Heard trouble(String why) {
            return new Heard(new Survey.Word.Trouble(why), Optional.empty());
        }
    }

    private final Servers server;
    private final Name apex;

    Authority(
            InetSocketAddress address,
            Name apex,
            DnsResolver.Exchange exchange,
            RandomGenerator random) {
        server = new Servers(List.of(address), exchange, random, Servers.Wish.AUTHORITY);
        this.apex = apex;
    }

    /// Its TXT records at that name, at most until a time of `System.nanoTime()`.
    Heard txt(Name name, long until) {
        return switch (server.ask(name, Type.TXT, until)) {
            case Servers.Reply.None(var why) -> Heard.trouble(why);
            case Servers.Reply.Usable(var message, _) -> heard(message, name, until);
        };
    }

    private Heard heard(Message message, Name name, long until) {
        var answer = message.getSection(Section.ANSWER);
        var texts = answer.stream().filter(r -> isAt(r, name, Type.TXT)).toList();
        if (!texts.isEmpty()) {
            var values = RecordKind.TXT.read(texts);
            return values.isEmpty()
                    ? Heard.trouble("more than " + RecordKind.TXT.limit() + " records")
                    : new Heard(
                            new Survey.Word.Texts(
                                    values.get(),
                                    DnsResolver.ttl(
                                            texts.stream()
                                                    .mapToLong(Record::getTTL)
                                                    .min()
                                                    .orElse(0))),
                            ofSoa(until));
        }
        // Before the code, which is about the end of the chain (RFC 6604 §3).
        var alias = answer.stream().filter(r -> isAt(r, name, Type.CNAME)).findFirst();
        if (alias.isPresent()) {
            var cname = (CNAMERecord) alias.get();
            return new Heard(
                    new Survey.Word.Alias(
                            DnsNames.text(cname.getTarget()), DnsResolver.ttl(cname.getTTL())),
                    ofSoa(until));
        }
        return nothing(message);
    }

    private Heard nothing(Message message) {
        var soa =
                message.getSection(Section.AUTHORITY).stream()
                        .filter(SOARecord.class::isInstance)
                        .map(SOARecord.class::cast)
                        .findFirst();
        if (soa.isPresent() && !soa.get().getName().equals(apex)) {
            // A server of a zone above says so of whatever it was not told about, and one of a zone
            // below means that the zone was divided since we looked.
            return Heard.trouble(
                    "it answers for the zone " + soa.get().getName() + " and not for " + apex);
        }
        var ttl = soa.map(Authority::negativeTtl);
        return new Heard(
                new Survey.Word.Nothing(
                        message.getRcode() != Rcode.NXDOMAIN, ttl.orElse(USUAL_NEGATIVE_TTL)),
                ttl);
    }

    /// A record that is there now may have been missed a minute ago.
    private Optional<Duration> ofSoa(long until) {
        return switch (server.ask(apex, Type.SOA, until)) {
            case Servers.Reply.None _ -> Optional.empty();
            case Servers.Reply.Usable(var message, _) ->
                    message.getSection(Section.ANSWER).stream()
                            .filter(r -> isAt(r, apex, Type.SOA))
                            .map(r -> negativeTtl((SOARecord) r))
                            .findFirst();
        };
    }

    private static Duration negativeTtl(SOARecord soa) {
        var ttl = DnsResolver.negativeTtl(soa);
        return ttl.compareTo(MOST_NEGATIVE_TTL) < 0 ? ttl : MOST_NEGATIVE_TTL;
    }

    private static boolean isAt(Record r, Name name, int type) {
        return r.getType() == type && r.getDClass() == DClass.IN && r.getName().equals(name);
    }
}
