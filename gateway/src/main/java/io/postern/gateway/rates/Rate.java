package io.postern.gateway.rates;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.RateConfig;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.Reply;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One rate in force: which buckets a situation is about, and what they lose. Immutable.
///
/// A bucket's key is the rate's number, two octets, and then the octets of whom it belongs to:
/// address, leading part of an address, or name.
final class Rate {
    private static final int NUMBER = 2;

    /// Of longer names a digest is the key: strangers choose them, and a million are kept.
    private static final int LONGEST_NAME = 48;

    private static final int DIGEST = 20;

    private final RateConfig config;
    private final int number;
    private final Set<Config.Role> roles;
    private final double nanosPerUnit;
    private final long window;

    Rate(RateConfig config, int number) {
        this.config = config;
        this.number = number;
        roles =
                config.roles().isEmpty()
                        ? EnumSet.allOf(Config.Role.class)
                        : EnumSet.copyOf(config.roles());
        nanosPerUnit = config.limit().nanosPerUnit();
        window = cost(config.limit().burst());
    }

    RateConfig config() {
        return config;
    }

    String name() {
        return config.name();
    }

    /// The time in which an empty bucket fills, in nanoseconds.
    long window() {
        return window;
    }

    /// The time in which so much comes back, in nanoseconds.
    long cost(long units) {
        return Math.max(1, (long) (units * nanosPerUnit));
    }

    /// How much a bucket lacks that is full after so long, in units.
    long units(long debt) {
        return Math.min(config.limit().burst(), (long) Math.ceil(debt / nanosPerUnit));
    }

    boolean asked(Stage stage) {
        return switch (config.what()) {
            case CONNECTIONS -> stage == Stage.CONNECT;
            case MESSAGES -> stage == Stage.MAIL;
            case RECIPIENTS -> stage == Stage.RCPT;
            case OCTETS ->
                    stage == Stage.MESSAGE
                            // At MAIL nobody knows yet for whom it is.
                            || (stage == Stage.MAIL
                                    && config.per() != RateConfig.Per.FORWARD_PATH_DOMAIN);
        };
    }

    /// Whether it only looks at this stage, and takes later.
    boolean looksOnly(Stage stage) {
        return config.what() == RateConfig.What.OCTETS && stage == Stage.MAIL;
    }

    /// What a situation costs, in units.
    long units(Situation situation) {
        return config.what() == RateConfig.What.OCTETS
                // Without SIZE there must be room for something.
                ? Math.max(1, situation.size().orElse(1))
                : 1;
    }

    /// Whether what others refused is given back: who writes to a domain, or in its name, must not
    /// empty its bucket by what is refused anyway.
    boolean givesBackRefused() {
        return switch (config.per()) {
            case REVERSE_PATH_DOMAIN, FORWARD_PATH_DOMAIN -> true;
            case CLIENT, NETWORK, USER -> false;
        };
    }

    boolean applies(Situation situation) {
        if (!roles.contains(situation.listener().role())) {
            return false;
        }
        if (config.exempt().isEmpty()) {
            return true;
        }
        var client = situation.session().client().getAddress();
        return config.exempt().stream().noneMatch(network -> network.contains(client));
    }

    /// The keys of the buckets that a situation is about, without repetition; often one.
    List<byte[]> keys(Situation situation) {
        return switch (config.per()) {
            case CLIENT -> List.of(key(situation.session().client().getAddress().getAddress()));
            case NETWORK -> List.of(key(network(situation.session().client().getAddress())));
            case USER ->
                    situation.session().user().map(user -> List.of(key(user))).orElse(List.of());
            case REVERSE_PATH_DOMAIN ->
                    situation
                            .envelope()
                            .flatMap(envelope -> host(envelope.reversePath()))
                            .map(host -> List.of(key(host)))
                            .orElse(List.of());
            case FORWARD_PATH_DOMAIN -> forward(situation);
        };
    }

    private List<byte[]> forward(Situation situation) {
        if (situation.recipient().isPresent()) {
            return host(situation.recipient().get())
                    .map(host -> List.of(key(host)))
                    .orElse(List.of());
        }
        if (situation.envelope().isEmpty()) {
            return List.of();
        }
        var hosts = new HashSet<String>();
        for (var recipient : situation.envelope().get().recipients()) {
            host(recipient).ifPresent(hosts::add);
        }
        return hosts.stream().map(this::key).toList();
    }

    private static Optional<String> host(ReversePath path) {
        return switch (path) {
            // RFC 2505 §2.6: never refused as such.
            case ReversePath.Null() -> Optional.empty();
            case ReversePath.Of(Mailbox mailbox) -> Optional.of(mailbox.host().toString());
        };
    }

    private static Optional<String> host(EnvelopeRecipient recipient) {
        return switch (recipient.path()) {
            case ForwardPath.Postmaster() -> Optional.empty();
            case ForwardPath.Of(Mailbox mailbox) -> Optional.of(mailbox.host().toString());
        };
    }

    private static byte[] network(InetAddress address) {
        return Arrays.copyOf(address.getAddress(), address instanceof Inet6Address ? 8 : 3);
    }

    private byte[] key(String name) {
        var octets = name.getBytes(StandardCharsets.UTF_8);
        return key(octets.length <= LONGEST_NAME ? octets : digest(octets));
    }

    private static byte[] digest(byte[] name) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(name);
            return ("sha256:" + HexFormat.of().formatHex(digest, 0, DIGEST))
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private byte[] key(byte[] octets) {
        var key = new byte[NUMBER + octets.length];
        key[0] = (byte) (number >> 8);
        key[1] = (byte) number;
        System.arraycopy(octets, 0, key, NUMBER, octets.length);
        return key;
    }

    /// The number of the rate that a key belongs to.
    static int number(byte[] key) {
        return (key[0] & 0xff) << 8 | (key[1] & 0xff);
    }

    /// Whom a key belongs to, as operators write it: `192.0.2.1`, `192.0.2.0/24`, `example.com`; of
    /// a long name its digest, which [#keyOf] takes as well as the name.
    String owner(byte[] key) {
        var octets = Arrays.copyOfRange(key, NUMBER, key.length);
        return switch (config.per()) {
            case CLIENT -> address(octets);
            case NETWORK ->
                    octets.length == 3
                            ? address(Arrays.copyOf(octets, 4)) + "/24"
                            : address(Arrays.copyOf(octets, 16)) + "/64";
            case USER, REVERSE_PATH_DOMAIN, FORWARD_PATH_DOMAIN ->
                    new String(octets, StandardCharsets.UTF_8);
        };
    }

    private static String address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + octets.length + " octets", e);
        }
    }

    /// The key of the bucket of such an owner; empty when the text can't be one of this rate's.
    Optional<byte[]> keyOf(String owner) {
        return switch (config.per()) {
            case CLIENT -> literal(owner).map(address -> key(address.getAddress()));
            case NETWORK -> {
                int slash = owner.indexOf('/');
                yield slash < 0
                        ? Optional.empty()
                        : literal(owner.substring(0, slash)).map(address -> key(network(address)));
            }
            case USER, REVERSE_PATH_DOMAIN, FORWARD_PATH_DOMAIN ->
                    owner.isEmpty() ? Optional.empty() : Optional.of(key(owner));
        };
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// The reply to what is too much. RFC 2505 §2.13: each rule its own.
    Reply reply() {
        return Reply.of(
                config.what() == RateConfig.What.CONNECTIONS ? 421 : config.reply(),
                "4.7.1",
                "too many " + what() + " " + whose() + ", try again later (" + name() + ")");
    }

    private String what() {
        return switch (config.what()) {
            case CONNECTIONS -> "connections";
            case MESSAGES -> "messages";
            case RECIPIENTS -> "recipients";
            case OCTETS -> "octets";
        };
    }

    private String whose() {
        return switch (config.per()) {
            case CLIENT -> "from your address";
            case NETWORK -> "from your network";
            case USER -> "from your account";
            case REVERSE_PATH_DOMAIN -> "from this domain";
            case FORWARD_PATH_DOMAIN -> "to this domain";
        };
    }
}
