package io.postern.auth.published;

import io.postern.mail.Domain;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A domain to be looked at, and what we know of it.
///
/// @param gateway what a gateway has to do with it; empty when nothing, or nothing is known
/// @param keys of ours, but those that are gone
/// @param selectors of other machines' keys, to be looked at too
/// @param senders addresses that its mail leaves from; may be empty
/// @param reports where DMARC and TLS reports are to go: an address
public record Subject(
        Domain domain,
        Optional<Gateway> gateway,
        List<OwnKey> keys,
        List<String> selectors,
        List<InetAddress> senders,
        Optional<String> reports) {
    /// A gateway that the domain is configured in.
    ///
    /// @param host its name
    /// @param signing how it signs the domain's mail; empty when it does not
    /// @param takesMail whether it takes mail for the domain
    /// @param smartHost the host that all mail leaves by: a name, or an address without brackets
    public record Gateway(
            Domain host,
            Optional<Signing> signing,
            boolean takesMail,
            Optional<String> smartHost) {}

    /// How a gateway signs the domain's mail.
    ///
    /// @param looks whether a key's record must be seen in the DNS before it signs
    /// @param withoutKey what becomes of mail while no key signs
    public record Signing(boolean looks, WithoutKey withoutKey) {}

    /// What becomes of mail to be signed that there is no key for.
    public enum WithoutKey {
        DEFERRED("is deferred"),
        HELD("is held"),
        UNSIGNED("goes unsigned");

        private final String words;

        WithoutKey(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /// More than anybody has.
    private static final int MOST = 64;

    public Subject {
        keys = List.copyOf(keys);
        selectors = List.copyOf(selectors);
        senders = List.copyOf(senders);
        if (selectors.size() > MOST || senders.size() > MOST) {
            throw new IllegalArgumentException("more than " + MOST + " selectors or senders");
        }
    }

    boolean takesMail() {
        return gateway.filter(Gateway::takesMail).isPresent();
    }
}
