package io.postern.gateway.seen;

import static java.util.Objects.requireNonNull;

import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.policy.Situation;
import io.postern.mail.Envelope;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.ClientCertificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What decided about one message of a stranger that was received whole, and how it was treated.
/// All that a check can look at without asking anybody; nothing of the body.
///
/// @param version of this form
/// @param at when the reply was given
/// @param id in the queue, when it was accepted
/// @param listener its name, such as `inbound-25`
/// @param header empty when the header section could not be taken
/// @param results empty when mail was not authenticated
public record SeenMessage(
        int version,
        Instant at,
        Optional<String> id,
        String listener,
        Client client,
        Paths paths,
        Situation.Counts counts,
        Optional<SeenHeader> header,
        Optional<SeenResults> results,
        Fate fate) {
    /// Raised when an older reader would misunderstand.
    public static final int VERSION = 1;

    /// Recipients that are kept.
    static final int RECIPIENTS = 50;

    /// Who handed it in.
    ///
    /// @param address in digits
    /// @param helo as given
    /// @param tls protocol and cipher suite; empty in clear
    /// @param certificate that it showed
    /// @param names in the DNS; empty when they were not known by then
    public record Client(
            String address,
            Optional<String> helo,
            boolean esmtp,
            Optional<String> tls,
            Optional<ClientCertificate> certificate,
            Optional<ClientNames> names) {
        public Client {
            requireNonNull(address);
        }
    }

    /// The envelope.
    ///
    /// @param from such as `<a@example.org>` or `<>`
    /// @param to those accepted at RCPT, in the same form: the first [#RECIPIENTS]
    /// @param more recipients than that
    /// @param declared octets, when they were at MAIL
    /// @param size octets received
    public record Paths(
            String from, List<String> to, int more, Optional<Long> declared, long size) {
        public Paths {
            requireNonNull(from);
            to = List.copyOf(to);
        }
    }

    /// @throws IllegalArgumentException when it is of a form that is not known here
    public SeenMessage {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version);
        }
        requireNonNull(at);
        requireNonNull(listener);
        requireNonNull(client);
        requireNonNull(paths);
        requireNonNull(counts);
        requireNonNull(fate);
    }

    /// What is kept of a situation at the end of a message.
    ///
    /// @param names those known by now
    /// @param declared octets, when they were at MAIL
    public static SeenMessage of(
            Instant at,
            Optional<String> id,
            Situation situation,
            Optional<ClientNames> names,
            Optional<Long> declared,
            Fate fate) {
        var session = situation.session();
        return new SeenMessage(
                VERSION,
                at,
                id,
                session.listener(),
                new Client(
                        situation.client(),
                        session.heloName(),
                        session.esmtp(),
                        session.tls(),
                        session.clientCertificate(),
                        names),
                paths(
                        situation.envelope().orElseGet(() -> Envelope.from(new ReversePath.Null())),
                        declared,
                        situation.size().orElse(0)),
                situation.counts(),
                situation.header().map(SeenHeader::of),
                situation.results().map(SeenResults::of),
                fate);
    }

    private static Paths paths(Envelope envelope, Optional<Long> declared, long size) {
        var all = envelope.recipients();
        return new Paths(
                envelope.reversePath().toString(),
                all.stream().limit(RECIPIENTS).map(one -> one.path().toString()).toList(),
                Math.max(0, all.size() - RECIPIENTS),
                declared,
                size);
    }
}
