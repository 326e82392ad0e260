package io.postern.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/// Changes TXT records on a zone's primary server: dynamic update (RFC 2136), signed (TSIG, RFC
/// 8945), over TCP. Safe for many threads; holds no socket between calls.
public final class ZoneUpdate {
    /// What became of a change.
    public sealed interface Outcome {
        /// The primary has it. Other servers may not yet.
        record Done() implements Outcome {}

        /// It was not made, and will not be until somebody changes something here or there.
        ///
        /// @param why what the server said and what to look at
        record Refused(String why) implements Outcome {}

        /// No answer, or none that can be believed: whether the change was made is not known.
        /// Temporary; the same change may be asked for again.
        ///
        /// @param why for an operator, in a few words
        record Unreachable(String why) implements Outcome {}
    }

    /// Octets of a text; a key record of RSA with 4096 bits has about 800. RFC 1035 §3.2.1 ends at
    /// 65,535 with what stands around it.
    public static final int MAX_TEXT = 16_384;

    /// RFC 1035 §3.3.14: a TXT record is of character-strings, and one has up to 255 octets.
    private static final int MAX_STRING = 255;

    private final InetSocketAddress server;
    private final TsigKey key;
    private final Duration deadline;
    private final Clock clock;
    private final RandomGenerator random;

    /// @param server the zone's primary, or a secondary that forwards updates
    /// @param deadline bound on one change
    /// @param clock of signatures; must not differ from the server's by 5 minutes (RFC 8945 §10)
    /// @param random ids of messages
    public ZoneUpdate(
            InetSocketAddress server,
            TsigKey key,
            Duration deadline,
            Clock clock,
            RandomGenerator random) {
        this.server = server;
        this.key = key;
        this.deadline = deadline;
        this.clock = clock;
        this.random = random;
    }

    /// Makes this the one TXT record of a name, whatever TXT records were there. Refused where
    /// there is a CNAME.
    ///
    /// @param text of octets as the characters U+0000 to U+00FF, at most [#MAX_TEXT]; cut into
    ///   strings of 255
    /// @param ttl in whole seconds, below 2^31
    public Outcome replaceTxt(String zone, String name, String text, Duration ttl) {
        if (text.length() > MAX_TEXT || text.chars().anyMatch(c -> c > 0xff)) {
            return new Outcome.Refused(
                    "not a text for a TXT record: over " + MAX_TEXT + " octets, or not octets");
        }
        if (ttl.isNegative() || ttl.toSeconds() > Integer.MAX_VALUE) {
            return new Outcome.Refused("not a TTL: " + ttl); // RFC 2181 §8
        }
        return change(
                zone,
                name,
                (update, owner) -> {
                    // RFC 2136 §3.4.2.2: where a CNAME is, others are passed over in silence.
                    update.absent(owner, Type.CNAME);
                    update.delete(owner, Type.TXT);
                    update.add(
                            Record.newRecord(
                                    owner, Type.TXT, DClass.IN, ttl.toSeconds(), strings(text)));
                });
    }

    /// Removes all TXT records of a name; done as well when there are none.
    public Outcome removeTxt(String zone, String name) {
        return change(zone, name, (update, owner) -> update.delete(owner, Type.TXT));
    }

    /// As they are on the wire, each after its length.
    private static byte[] strings(String text) {
        var octets = text.getBytes(StandardCharsets.ISO_8859_1);
        int count = Math.max(1, Math.ceilDiv(octets.length, MAX_STRING));
        var wire = new byte[octets.length + count];
        for (int i = 0; i < count; i++) {
            int from = i * MAX_STRING;
            int length = Math.min(MAX_STRING, octets.length - from);
            wire[from + i] = (byte) length;
            System.arraycopy(octets, from, wire, from + i + 1, length);
        }
        return wire;
    }

    private Outcome change(String zone, String name, BiConsumer<Update, Name> what) {
        var apex = DnsNames.parse(zone);
        var owner = DnsNames.parse(name);
        if (apex.isEmpty() || owner.isEmpty() || !owner.get().subdomain(apex.get())) {
            return new Outcome.Refused(name + " is not a name in the zone " + zone);
        }
        var update = new Update(apex.get());
        update.getHeader().setID(random.nextInt(1 << 16));
        what.accept(update, owner.get());
        var tsig =
                new TSIG(
                        Name.fromConstantString(key.algorithm() + "."),
                        DnsNames.parse(key.name()).orElseThrow(),
                        new SecretKeySpec(key.secret(), key.algorithm().toString()),
                        clock);
        tsig.apply(update, null);
        try {
            if (server.isUnresolved()) {
                throw new IOException("no address");
            }
            long until = System.nanoTime() + deadline.toNanos();
            var octets = Transport.tcp(server, update.toWire(), until);
            return new UpdateReply(zone, key, parsed(octets))
                    .outcome(reply -> tsig.verify(reply, octets, update.getTSIG()));
        } catch (IOException e) {
            return new Outcome.Unreachable(
                    server + ": " + (e.getMessage() == null ? "no answer" : e.getMessage()));
        }
    }

    private static Message parsed(byte[] octets) throws IOException {
        try {
            var reply = new Message(octets);
            if (reply.getHeader().getOpcode() != Opcode.UPDATE) {
                throw new IOException("the reply is not to an update");
            }
            return reply;
        } catch (IOException | RuntimeException e) {
            throw new IOException("malformed reply: " + e.getMessage(), e);
        }
    }
}
