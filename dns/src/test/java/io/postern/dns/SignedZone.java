package io.postern.dns;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// The zone `example`, signed here, and `plain.example` below it, which is not: as a recursive
/// server gives them to somebody who wants signatures.
final class SignedZone {
    static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final Name APEX = Name.fromConstantString("example.");
    private static final Name PLAIN = Name.fromConstantString("plain.example.");

    private static final String RECORDS =
            """
            $TTL 60
            example. SOA ns.example. root.example. 1 2 3 4 30
            plain.example. NS ns.plain.example.
            text.example. TXT "the text"
            text.example. A 192.0.2.1
            alias.example. CNAME text.example.
            away.example. CNAME www.plain.example.
            zz.example. A 192.0.2.9
            """;

    private static final String UNSIGNED =
            """
            $TTL 60
            plain.example. SOA ns.plain.example. root.example. 1 2 3 4 30
            www.plain.example. A 192.0.2.7
            www.plain.example. TXT "unsigned"
            back.plain.example. CNAME text.example.
            """;

    private final KeyPair keys;
    private final DNSKEYRecord key;
    private final TreeMap<Name, List<RRset>> sets = new TreeMap<>();
    private final List<Record> unsigned = records(UNSIGNED);

    SignedZone() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
            key =
                    new DNSKEYRecord(
                            APEX,
                            DClass.IN,
                            60,
                            DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
                            DNSKEYRecord.Protocol.DNSSEC,
                            DNSSEC.Algorithm.ECDSAP256SHA256,
                            keys.getPublic());
            records(RECORDS).forEach(this::add);
            add(key);
            addNsecs();
            for (var all : sets.values()) {
                for (var set : all) {
                    // A delegation's NS records are the child's.
                    if (!(set.getType() == Type.NS && set.getName().equals(PLAIN))) {
                        set.addRR(signature(set));
                    }
                }
            }
        } catch (GeneralSecurityException | DNSSEC.DNSSECException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Record> records(String text) {
        return switch (ZoneFile.parse(text)) {
            case ZoneFile.Ok(var records) -> records;
            case ZoneFile.Bad(var line, var why) -> throw new AssertionError(line + ": " + why);
        };
    }

    private void add(Record r) {
        var all = sets.computeIfAbsent(r.getName(), _ -> new ArrayList<>());
        all.stream()
                .filter(set -> set.getType() == r.getType())
                .findFirst()
                .ifPresentOrElse(set -> set.addRR(r), () -> all.add(new RRset(r)));
    }

    private void addNsecs() {
        for (var name : List.copyOf(sets.keySet())) {
            var next = sets.higherKey(name);
            var types = new TreeSet<>(List.of(Type.RRSIG, Type.NSEC));
            sets.getOrDefault(name, List.of()).forEach(set -> types.add(set.getType()));
            add(
                    new NSECRecord(
                            name,
                            DClass.IN,
                            30,
                            next == null ? APEX : next,
                            types.stream().mapToInt(Integer::intValue).toArray()));
        }
    }

    /// A signature of the zone's over whatever is given, valid at [#NOW].
    RRSIGRecord signature(RRset set) throws DNSSEC.DNSSECException {
        return DNSSEC.sign(
                set,
                key,
                keys.getPrivate(),
                NOW.minus(1, ChronoUnit.DAYS),
                NOW.plus(1, ChronoUnit.DAYS));
    }

    /// The zone's key, as a line of a zone file.
    String anchor() {
        return key.toString();
    }

    Message reply(Message query) {
        var question = query.getQuestion();
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(question, Section.QUESTION);
        var name = question.getName();
        while (name != null) {
            name = answer(reply, name, question.getType());
        }
        return reply;
    }

    /// Adds what there is at a name; gives the next name of a chain.
    private @org.jspecify.annotations.Nullable Name answer(Message reply, Name name, int type) {
        boolean below = name.subdomain(PLAIN) && !(type == Type.DS && name.equals(PLAIN));
        for (int wanted : new int[] {type, Type.CNAME}) {
            List<Record> found = new ArrayList<>();
            if (below) {
                unsigned.stream()
                        .filter(r -> r.getName().equals(name) && r.getType() == wanted)
                        .forEach(found::add);
            } else {
                sets.getOrDefault(name, List.of()).stream()
                        .filter(set -> set.getType() == wanted)
                        .forEach(set -> found.addAll(all(set)));
            }
            found.forEach(r -> reply.addRecord(r, Section.ANSWER));
            if (!found.isEmpty()) {
                return wanted != type && found.getFirst() instanceof CNAMERecord cname
                        ? cname.getTarget()
                        : null;
            }
        }
        deny(reply, name, below);
        return null;
    }

    private void deny(Message reply, Name name, boolean below) {
        boolean exists =
                below
                        ? unsigned.stream().anyMatch(r -> r.getName().equals(name))
                        : sets.containsKey(name);
        reply.getHeader().setRcode(exists ? Rcode.NOERROR : Rcode.NXDOMAIN);
        if (below) {
            reply.addRecord(unsigned.getFirst(), Section.AUTHORITY);
            return;
        }
        addAuthority(reply, APEX, Type.SOA);
        addAuthority(reply, sets.floorKey(name), Type.NSEC);
        if (!exists) {
            // And no wildcard, which would come right after the apex.
            addAuthority(reply, APEX, Type.NSEC);
        }
    }

    void addAuthority(Message reply, Name name, int type) {
        sets.getOrDefault(name, List.of()).stream()
                .filter(set -> set.getType() == type)
                .flatMap(set -> all(set).stream())
                .filter(r -> !reply.getSection(Section.AUTHORITY).contains(r))
                .forEach(r -> reply.addRecord(r, Section.AUTHORITY));
    }

    private static List<Record> all(RRset set) {
        var all = new ArrayList<Record>(set.rrs(false));
        all.addAll(set.sigs());
        return all;
    }
}
