package io.postern.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

@DisplayName("RFC 4035 §5 validating answers")
class DnssecTest {
    private static final SignedZone ZONE = new SignedZone();
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /// What somebody on the way makes of a reply.
    interface Forger {
        Message forge(Message query, Message reply) throws IOException, DNSSEC.DNSSECException;
    }

    private static final Forger NOBODY = (_, reply) -> reply;

    record Case(String rule, Forger forger, Function<Resolver, Answer<?>> ask, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case txt(String rule, Forger forger, String name, String want) {
        return new Case(rule, forger, r -> r.txt(name), want);
    }

    private static Case a(String rule, String name, String want) {
        return new Case(rule, NOBODY, r -> r.a(name), want);
    }

    /// Only replies about the text are forged.
    private static Forger atText(Forger forger) {
        return (query, reply) ->
                query.getQuestion().getType() == Type.TXT ? forger.forge(query, reply) : reply;
    }

    private static Record record(String line) {
        return switch (ZoneFile.parse("$TTL 60\n" + line)) {
            case ZoneFile.Ok(var records) -> records.getFirst();
            case ZoneFile.Bad(var line1, var why) -> throw new AssertionError(line1 + ": " + why);
        };
    }

    private static final Record FORGED = record("text.example. TXT \"forged\"");

    /// The answer is these records.
    private static Message answer(Message reply, Record... records) {
        reply.removeAllRecords(Section.ANSWER);
        for (var r : records) {
            reply.addRecord(r, Section.ANSWER);
        }
        return reply;
    }

    private static Message denied(Message reply, int code, Record... authority) {
        reply.removeAllRecords(Section.ANSWER);
        reply.removeAllRecords(Section.AUTHORITY);
        reply.getHeader().setRcode(code);
        for (var r : authority) {
            reply.addRecord(r, Section.AUTHORITY);
        }
        return reply;
    }

    /// The zone's signature, said to be of another signer or algorithm.
    private static RRSIGRecord signature(int algorithm, String signer)
            throws IOException, DNSSEC.DNSSECException {
        var real = ZONE.signature(new RRset(FORGED));
        return new RRSIGRecord(
                real.getName(),
                real.getDClass(),
                real.getTTL(),
                real.getTypeCovered(),
                algorithm,
                real.getOrigTTL(),
                real.getExpire(),
                real.getTimeSigned(),
                real.getFootprint(),
                Name.fromString(signer),
                real.getSignature());
    }

    static Stream<Case> honest() {
        return Stream.of(
                txt("a signed record", NOBODY, "text.example", "[the text] 60 authentic"),
                txt("in any case", NOBODY, "TEXT.Example.", "[the text] 60 authentic"),
                txt("a signed alias", NOBODY, "alias.example", "[the text] 60 authentic"),
                a("a signed alias for an unsigned name", "away.example", "[192.0.2.7] 60"),
                a("an unsigned name", "www.plain.example", "[192.0.2.7] 60"),
                a("an unsigned alias for a signed name", "back.plain.example", "[192.0.2.1] 60"),
                a("NSEC: no such name", "nothing.example", "no such name"),
                txt("NSEC: no data", NOBODY, "zz.example", "no data"),
                a("unsigned: no such name", "nothing.plain.example", "no such name"),
                new Case("unsigned: no data", NOBODY, r -> r.mx("www.plain.example"), "no data"),
                new Case(
                        "unsigned: no data, without an SOA",
                        (query, reply) ->
                                query.getQuestion().getType() == Type.MX
                                        ? denied(reply, Rcode.NOERROR)
                                        : reply,
                        r -> r.mx("www.plain.example"),
                        "no data"),
                new Case(
                        "under no trust anchor",
                        (query, reply) -> {
                            reply.addRecord(record("x.test. A 192.0.2.8"), Section.ANSWER);
                            return reply;
                        },
                        r -> r.a("x.test"),
                        "[192.0.2.8] 60"),
                txt(
                        "a server that stops on the way",
                        (query, reply) -> {
                            var records = reply.getSection(Section.ANSWER);
                            return query.getQuestion()
                                            .getName()
                                            .equals(Name.fromString("alias.example."))
                                    ? answer(reply, records.get(0), records.get(1))
                                    : reply;
                        },
                        "alias.example",
                        "[the text] 60 authentic"));
    }

    static Stream<Case> forged() {
        return Stream.of(
                txt(
                        "another text",
                        atText((_, reply) -> answer(reply, FORGED, reply.getSection(1).get(1))),
                        "text.example",
                        "bogus"),
                txt(
                        "no signature, and the AD bit",
                        atText((_, reply) -> {
                            reply.getHeader().setFlag(Flags.AD);
                            return answer(reply, FORGED);
                        }),
                        "text.example",
                        "bogus"),
                txt(
                        "an unsigned record beside it",
                        atText((_, reply) ->
                                answer(
                                        reply,
                                        record("www.plain.example. TXT \"unsigned\""),
                                        FORGED)),
                        "text.example",
                        "bogus"),
                txt(
                        "§5.3.1: a signer with an unsigned zone",
                        atText((_, reply) ->
                                answer(reply, FORGED, signature(13, "plain.example."))),
                        "text.example",
                        "bogus"),
                txt(
                        "an algorithm that nobody knows",
                        atText((_, reply) -> answer(reply, FORGED, signature(250, "example."))),
                        "text.example",
                        "bogus"),
                txt(
                        "behind an alias that is unsigned",
                        (query, reply) ->
                                query.getQuestion().getType() == Type.TXT
                                        ? answer(
                                                reply,
                                                record("back.plain.example. CNAME text.example."),
                                                FORGED)
                                        : reply,
                        "back.plain.example",
                        "bogus"),
                txt(
                        "no such name, without a proof",
                        atText((_, reply) -> denied(reply, Rcode.NXDOMAIN)),
                        "text.example",
                        "bogus"),
                txt(
                        "no data, without a proof",
                        atText((_, reply) -> denied(reply, Rcode.NOERROR)),
                        "text.example",
                        "bogus"),
                txt(
                        "no such name, said of an unsigned zone",
                        atText((_, reply) ->
                                denied(
                                        reply,
                                        Rcode.NXDOMAIN,
                                        record("plain.example. SOA a. b. 1 2 3 4 5"))),
                        "text.example",
                        "bogus"),
                txt(
                        "no such name, proven for another",
                        atText((_, reply) -> {
                            var name = Name.fromConstantString("example.");
                            denied(reply, Rcode.NXDOMAIN);
                            ZONE.addAuthority(reply, name, Type.SOA);
                            ZONE.addAuthority(reply, name, Type.NSEC);
                            return reply;
                        }),
                        "text.example",
                        "bogus"),
                txt(
                        "no such name, and no keys to prove it",
                        (query, reply) ->
                                query.getQuestion().getType() == Type.TXT
                                        ? denied(reply, Rcode.NXDOMAIN)
                                        : denied(reply, Rcode.SERVFAIL),
                        "text.example",
                        "failure"),
                txt(
                        "no delegation, without a proof",
                        (query, reply) ->
                                query.getQuestion().getType() == Type.DS
                                        ? denied(reply, Rcode.NOERROR)
                                        : reply,
                        "www.plain.example",
                        "bogus"),
                txt(
                        "§3.2.1: a server that gives no signatures",
                        (_, reply) -> {
                            for (int section = Section.ANSWER;
                                    section <= Section.AUTHORITY;
                                    section++) {
                                for (var r : List.copyOf(reply.getSection(section))) {
                                    if (r instanceof RRSIGRecord) {
                                        reply.removeRecord(r, section);
                                    }
                                }
                            }
                            return reply;
                        },
                        "text.example",
                        "bogus"));
    }

    private static LoopbackDns.Script served(Forger forger) {
        return (query, tcp) -> {
            try {
                var octets = forger.forge(query, ZONE.reply(query)).toWire();
                return List.of(
                        tcp
                                ? ByteBuffer.allocate(octets.length + 2)
                                        .putShort((short) octets.length)
                                        .put(octets)
                                        .array()
                                : octets);
            } catch (DNSSEC.DNSSECException e) {
                throw new IOException(e);
            }
        };
    }

    private static DnsResolver resolver(
            LoopbackDns server, String anchors, Instant now, Duration deadline) {
        var parsed = TrustAnchors.parse(anchors);
        return switch (parsed) {
            case TrustAnchors.Parsed.Ok(var ok) ->
                    new DnsResolver(
                            List.of(server.address()),
                            deadline,
                            new Dnssec.Validate(ok, Clock.fixed(now, ZoneOffset.UTC)),
                            new SecureRandom());
            case TrustAnchors.Parsed.Bad(_, var why) -> throw new AssertionError(why);
        };
    }

    private static DnsResolver resolver(LoopbackDns server) {
        return resolver(server, ZONE.anchor(), SignedZone.NOW, DEADLINE);
    }

    private static String text(Answer<?> answer) {
        return switch (answer) {
            case Answer.TemporaryFailure<?>(var why) when why.startsWith("bogus: ") -> "bogus";
            case Answer.Records<?>(_, _, var authentic) when authentic ->
                    Answers.text(answer) + " authentic";
            default -> Answers.text(answer);
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("honest")
    void honest(Case c) throws IOException {
        try (var server = LoopbackDns.start(served(c.forger()))) {
            assertEquals(c.want(), text(c.ask().apply(resolver(server))));
        }
    }

    @ParameterizedTest(name = "a temporary failure: {0}")
    @MethodSource("forged")
    void forged(Case c) throws IOException {
        try (var server = LoopbackDns.start(served(c.forger()))) {
            assertEquals(c.want(), text(c.ask().apply(resolver(server))));
        }
    }

    @Test
    @DisplayName("§5.3.1 signatures before and after their time are bogus")
    void times() throws IOException {
        try (var server = LoopbackDns.start(served(NOBODY))) {
            for (int days : new int[] {-2, 2}) {
                var then = SignedZone.NOW.plus(days, ChronoUnit.DAYS);
                var resolver = resolver(server, ZONE.anchor(), then, DEADLINE);
                assertEquals("bogus", text(resolver.txt("text.example")), days + " days");
            }
        }
    }

    @Test
    @DisplayName("another zone's key as trust anchor makes all bogus")
    void anchor() throws IOException {
        try (var server = LoopbackDns.start(served(NOBODY))) {
            var other = new SignedZone().anchor();
            var resolver = resolver(server, other, SignedZone.NOW, DEADLINE);
            assertEquals("bogus", text(resolver.txt("text.example")));
        }
    }

    @Test
    @DisplayName("§3.2.1, §3.2.2: questions have DO and CD; keys are asked for once")
    void questions() throws IOException {
        LoopbackDns.Script script =
                (query, tcp) -> {
                    assertTrue(query.getHeader().getFlag(Flags.CD));
                    assertEquals(ExtendedFlags.DO, query.getOPT().getFlags());
                    return served(NOBODY).replies(query, tcp);
                };
        try (var server = LoopbackDns.start(script)) {
            var resolver = resolver(server);
            assertEquals("[the text] 60 authentic", text(resolver.txt("text.example")));
            assertEquals("[192.0.2.1] 60 authentic", text(resolver.a("text.example")));
            assertEquals(
                    List.of("udp text.example. TXT", "udp example. DNSKEY", "udp text.example. A"),
                    server.asked);
        }
    }

    @Test
    @DisplayName("octets changed by chance never make another answer")
    void random() throws IOException {
        var random = new Random(7);
        LoopbackDns.Script noise =
                (query, tcp) -> {
                    var octets = served(NOBODY).replies(query, tcp).getFirst();
                    int from = (tcp ? 2 : 0) + 12 + query.getQuestion().getName().length() + 4;
                    for (int n = random.nextInt(3); n > 0; n--) {
                        octets[from + random.nextInt(octets.length - from)] =
                                (byte) random.nextInt(256);
                    }
                    return List.of(octets);
                };
        var seen = new TreeSet<String>();
        try (var server = LoopbackDns.start(noise)) {
            for (int i = 0; i < 300; i++) {
                var resolver = resolver(server);
                seen.add("text: " + text(resolver.txt("text.example")).replaceAll("] \\d+", "]"));
                seen.add("no: " + text(resolver.a("nothing.example")));
            }
        }
        // Failures other than bogus: octets that can't be read.
        assertEquals(
                Set.of(
                        "no: bogus",
                        "no: failure",
                        "no: no such name",
                        "text: [the text] authentic",
                        "text: bogus",
                        "text: failure"),
                seen);
    }

    @Test
    @DisplayName("what was bogus is asked for anew")
    void recovers() throws IOException {
        var times = new AtomicInteger();
        Forger once =
                (query, reply) ->
                        query.getQuestion().getType() == Type.DNSKEY && times.getAndIncrement() == 0
                                ? answer(reply, record(new SignedZone().anchor()))
                                : reply;
        try (var server = LoopbackDns.start(served(once))) {
            var resolver = resolver(server);
            assertEquals("bogus", text(resolver.txt("text.example")));
            assertEquals("[the text] 60 authentic", text(resolver.txt("text.example")));
        }
    }

    @Test
    @DisplayName("keys that never come cost one deadline, and are no \"no\"")
    void silent() throws IOException {
        LoopbackDns.Script script =
                (query, tcp) ->
                        query.getQuestion().getType() == Type.DNSKEY
                                ? List.of()
                                : served(NOBODY).replies(query, tcp);
        try (var server = LoopbackDns.start(script)) {
            var deadline = Duration.ofMillis(500);
            var resolver = resolver(server, ZONE.anchor(), SignedZone.NOW, deadline);
            long before = System.nanoTime();
            assertEquals("failure", text(resolver.a("nothing.example")));
            var took = Duration.ofNanos(System.nanoTime() - before);
            // The margin is the machine's.
            assertTrue(took.compareTo(deadline.multipliedBy(10)) < 0, took.toString());
        }
    }

    record Anchors(String rule, String text, String want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Anchors> anchors() {
        return Stream.of(
                new Anchors("a DNSKEY", ZONE.anchor(), "ok"),
                new Anchors(
                        "a DS, and comments",
                        "; root\n. IN DS 1 8 2 " + "0F".repeat(32) + " ; key",
                        "ok"),
                new Anchors("a digest of another length", ". IN DS 1 8 2 00FF", "line 1"),
                new Anchors("nothing", "; none\n", "no DS and no DNSKEY record"),
                new Anchors("an address", ". A 192.0.2.1", "neither DS nor DNSKEY"),
                new Anchors("not a zone file", "trust-anchors { }", "line 1"));
    }

    @ParameterizedTest(name = "trust anchors: {0}")
    @MethodSource("anchors")
    void anchors(Anchors c) {
        var got =
                switch (TrustAnchors.parse(c.text())) {
                    case TrustAnchors.Parsed.Ok _ -> "ok";
                    case TrustAnchors.Parsed.Bad(var line, var why) -> "line " + line + " " + why;
                };
        assertTrue(got.contains(c.want()), got);
    }

    @Test
    @DisplayName("RFC 9718: the root zone's keys are built in")
    void iana() {
        assertEquals(
                List.of(20326, 38696),
                TrustAnchors.iana().sets().getFirst().rrs(false).stream()
                        .map(r -> ((org.xbill.DNS.DSRecord) r).getFootprint())
                        .toList());
    }
}
