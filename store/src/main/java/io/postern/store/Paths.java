package io.postern.store;

import io.postern.mail.AddressLiteral;
import io.postern.mail.Domain;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.Host;
import io.postern.mail.Mailbox;
import io.postern.mail.Notify;
import io.postern.mail.ReversePath;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Paths as columns: local part, `@`, host, without quotes. A host has no `@`, so the last one
/// divides. What was stored was valid, so reading it back does not check again.
final class Paths {
    private static final String POSTMASTER = "Postmaster";

    private Paths() {}

    static String store(ReversePath path) {
        return switch (path) {
            case ReversePath.Null() -> "";
            case ReversePath.Of(var mailbox) -> store(mailbox);
        };
    }

    static String store(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Postmaster() -> POSTMASTER;
            case ForwardPath.Of(var mailbox) -> store(mailbox);
        };
    }

    private static String store(Mailbox mailbox) {
        return mailbox.localPart() + "@" + mailbox.host();
    }

    static String store(Notify notify) {
        return new TreeSet<>(notify.on())
                .stream().map(Notify.Outcome::name).collect(Collectors.joining(","));
    }

    static ReversePath reversePath(String stored) {
        return stored.isEmpty() ? new ReversePath.Null() : new ReversePath.Of(mailbox(stored));
    }

    static ForwardPath forwardPath(String stored) {
        return stored.indexOf('@') < 0
                ? new ForwardPath.Postmaster()
                : new ForwardPath.Of(mailbox(stored));
    }

    static EnvelopeRecipient recipient(
            String path, @Nullable String notify, @Nullable String original) {
        return new EnvelopeRecipient(
                forwardPath(path),
                Optional.ofNullable(notify).map(Paths::notify),
                Optional.ofNullable(original));
    }

    private static Notify notify(String stored) {
        var on = EnumSet.noneOf(Notify.Outcome.class);
        Arrays.stream(stored.split(",", -1))
                .filter(word -> !word.isEmpty())
                .forEach(word -> on.add(Notify.Outcome.valueOf(word)));
        return new Notify(on);
    }

    private static Mailbox mailbox(String stored) {
        int at = stored.lastIndexOf('@');
        return new Mailbox(stored.substring(0, at), host(stored.substring(at + 1)));
    }

    private static Host host(String stored) {
        if (!stored.startsWith("[")) {
            return new Domain(stored);
        }
        var literal = stored.substring(1, stored.length() - 1);
        return new AddressLiteral(
                InetAddress.ofLiteral(
                        literal.startsWith("IPv6:") ? literal.substring(5) : literal));
    }
}
