package io.postern.gateway.greylist;

import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.identities.Postmaster;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.EnvelopeRecipient;
import io.postern.store.Decision;
import io.postern.store.StateStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/// Puts off what a stranger's network sends for the first time from one reverse-path to one
/// forward-path: servers come again, much of what is not one does not. RFC 6647.
///
/// A network is a /24 or /64: large sites send each attempt from another host of it. A network of
/// which enough triplets have passed passes whole. To be asked last, for recipients that would be
/// taken: an unknown one must be told so at once.
public final class Greylist implements Check, AutoCloseable {
    private final AbuseConfig.Greylist settings;
    private final Memory memory;
    private final Postmaster exempt;
    private final Predicate<Situation> known;
    private final InstantSource clock;

    /// Loads what is remembered; blocks on the store.
    ///
    /// @param known whether a list of good clients knows the client; asked only for what would be
    ///   put off
    /// @throws ConfigException when the settings contradict themselves
    public Greylist(
            AbuseConfig.Greylist settings,
            StateStore store,
            Postmaster exempt,
            Predicate<Situation> known,
            InstantSource clock) {
        if (!settings.reply().temporary()) {
            throw new ConfigException("greylist.reply is 4yz: clients are to come again");
        }
        if (settings.window().compareTo(settings.delay()) <= 0) {
            throw new ConfigException("greylist.window is longer than greylist.delay");
        }
        this.settings = settings;
        this.exempt = exempt;
        this.known = known;
        this.clock = clock;
        memory = new Memory(settings.entries(), store);
        if (settings.enabled()) {
            memory.load(clock.instant());
        }
    }

    @Override
    public Opinion ask(Situation situation) {
        if (!settings.enabled()
                || situation.stage() != Stage.RCPT
                || situation.listener().role() != Config.Role.INBOUND
                || situation.envelope().isEmpty()
                || situation.recipient().isEmpty()
                || exempt.is(situation.recipient().get())) {
            return Opinion.PASS;
        }
        var client = situation.session().client().getAddress();
        if (settings.exempt().stream().anyMatch(network -> network.contains(client))) {
            return Opinion.PASS;
        }
        return ask(situation, network(client), clock.instant());
    }

    private Opinion ask(Situation situation, String network, Instant now) {
        if (memory.passedTriplets(network, now) >= settings.autoAllow()) {
            memory.useNetwork(network, now, now.plus(settings.keep()));
            return Opinion.PASS;
        }
        var from =
                situation.envelope().map(envelope -> envelope.reversePath().toString()).orElse("");
        var triplet = triplet(network, from, situation.recipient().orElseThrow());
        var waited = memory.waited(triplet, now);
        switch (waited) {
            case Memory.Waited.Passed() -> {
                memory.pass(triplet, network, now.plus(settings.keep()), false);
                return Opinion.PASS;
            }
            case Memory.Waited.For(var time) when time.compareTo(settings.delay()) >= 0 -> {
                memory.pass(triplet, network, now.plus(settings.keep()), true);
                return Opinion.PASS;
            }
            case Memory.Waited.For _, Memory.Waited.Never() -> {}
        }
        if (known.test(situation)) {
            return Opinion.PASS;
        }
        if (waited instanceof Memory.Waited.Never) {
            memory.begin(triplet, network, now, now.plus(settings.window()));
        }
        return new Opinion.Refuse(
                "greylist",
                settings.reply(),
                Duration.ZERO,
                false,
                new Decision("greylist", "put off", Map.of("network", network)));
    }

    /// The /24 or /64 of an address, as text.
    static String network(InetAddress client) {
        var octets = client.getAddress();
        int kept = octets.length == 4 ? 3 : 8;
        Arrays.fill(octets, kept, octets.length, (byte) 0);
        try {
            return InetAddress.getByAddress(octets).getHostAddress() + "/" + kept * 8;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("as many octets as an address has", e);
        }
    }

    /// A hash, so that a triplet takes the same memory whatever a client puts into it.
    private static String triplet(String network, String from, EnvelopeRecipient to) {
        var text = network + "\n" + from + "\n" + to.path();
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Writes what has changed to the store. To be called every few seconds and at the end.
    public void flush() {
        if (settings.enabled()) {
            memory.flush();
        }
    }

    /// Triplets and networks that are remembered.
    public int remembered() {
        return memory.size();
    }

    /// Writes what is left, and waits for it.
    @Override
    public void close() {
        if (settings.enabled()) {
            memory.close();
        }
    }
}
