package io.postern.smtp.sasl;

import io.postern.smtp.sasl.SaslStep.Failure;
import io.postern.smtp.sasl.SaslStep.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS from the server's side. RFC 5802, RFC 7677. For one
/// exchange and one thread.
///
/// A user who does not exist is answered as one who does, with keys that no password fits: the
/// client learns the same from both, and the work is the same.
public final class ScramServer implements SaslMechanism {
    /// Finds the keys of a user.
    @FunctionalInterface
    public interface Lookup {
        /// The keys of that user, prepared; of somebody who does not exist, [ScramKeys#ofNobody].
        /// Empty when users can't be looked up now.
        Optional<ScramKeys> keys(String user);
    }

    /// How channel binding is dealt with.
    public enum Binding {
        /// SCRAM-SHA-256-PLUS: the client must bind.
        DEMANDED,
        /// SCRAM-SHA-256 where PLUS was offered beside it: a client that could have bound was
        /// talked down by somebody in the middle (RFC 5802 §6).
        OFFERED,
        /// SCRAM-SHA-256 alone.
        NONE
    }

    private final Binding binding;
    private final ChannelBindings channel;
    private final Lookup lookup;
    private final Supplier<String> nonces;
    private State state = State.First.ONCE;

    /// Where the exchange is.
    private sealed interface State {
        record First() implements State {
            static final First ONCE = new First();
        }

        /// @param bound what the client must send as `c=`
        record Final(String user, ScramKeys keys, String bound, String nonce, String messages)
                implements State {}

        record Confirmed(String user) implements State {}

        record Over() implements State {}
    }

    /// @param nonces unguessable, of printable ASCII without a comma, another at each call
    public ScramServer(
            Binding binding, ChannelBindings channel, Lookup lookup, Supplier<String> nonces) {
        this.binding = binding;
        this.channel = channel;
        this.lookup = lookup;
        this.nonces = nonces;
    }

    @Override
    public SaslStep respond(String response) {
        var before = state;
        state = new State.Over();
        return switch (before) {
            case State.First() -> first(response);
            case State.Final last -> last(last, response);
            // RFC 4954 §4: what the server adds to success went as a challenge, which the client
            // answers with nothing.
            case State.Confirmed(var user) ->
                    response.isEmpty()
                            ? new SaslStep.Success(user)
                            : new Failure(Reason.MALFORMED, user, "more than an empty response");
            case State.Over() -> new Failure(Reason.MALFORMED, "", "the exchange is over");
        };
    }

    private SaslStep first(String response) {
        var parsed = ScramFirst.parse(response);
        if (parsed.isEmpty()) {
            return new Failure(Reason.MALFORMED, "", "not a client-first-message");
        }
        var message = parsed.get();
        var user = message.user();
        var bound = bound(message);
        if (bound.isEmpty()) {
            return new Failure(
                    Reason.CHANNEL_BINDING, user, "channel binding \"" + message.flag() + "\"");
        }
        if (!message.actAs().equals(user)) {
            return new Failure(Reason.CREDENTIALS, user, "would act as another");
        }
        var keys = lookup.keys(user);
        if (keys.isEmpty()) {
            return new Failure(Reason.UNAVAILABLE, user, "users can't be looked up now");
        }
        var nonce = message.nonce() + nonces.get();
        var challenge =
                "r=" + nonce + ",s=" + keys.get().saltBase64() + ",i=" + keys.get().iterations();
        state =
                new State.Final(
                        user, keys.get(), bound.get(), nonce, message.bare() + "," + challenge);
        return new SaslStep.Challenge(challenge);
    }

    /// What `c=` must be: the GS2 header, and the binding data when the client binds. Empty when
    /// the client's flag does not go with the mechanism. RFC 5802 §6.
    private Optional<String> bound(ScramFirst message) {
        var header = message.header().getBytes(StandardCharsets.UTF_8);
        var unbound = Optional.of(Base64Text.of(header));
        return switch (message.flag()) {
            case "n" -> binding == Binding.DEMANDED ? Optional.empty() : unbound;
            // It could bind and believes that the server can't: true only if PLUS was not offered.
            case "y" -> binding == Binding.NONE ? unbound : Optional.empty();
            case String p ->
                    binding == Binding.DEMANDED
                            ? channel.of(p.substring(2))
                                    .map(data -> Base64Text.of(joined(header, data)))
                            : Optional.empty();
        };
    }

    private static byte[] joined(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private SaslStep last(State.Final expected, String response) {
        var parsed = ScramFinal.parse(response);
        var user = expected.user();
        if (parsed.isEmpty()) {
            return new Failure(Reason.MALFORMED, user, "not a client-final-message");
        }
        var message = parsed.get();
        if (!message.nonce().equals(expected.nonce())) {
            return new Failure(Reason.CREDENTIALS, user, "another nonce");
        }
        if (!message.bound().equals(expected.bound())) {
            return new Failure(Reason.CHANNEL_BINDING, user, "another channel");
        }
        var authMessage = expected.messages() + "," + message.withoutProof();
        if (!expected.keys().proves(message.proof(), authMessage)) {
            return new Failure(Reason.CREDENTIALS, user, "wrong proof");
        }
        state = new State.Confirmed(user);
        return new SaslStep.Challenge("v=" + expected.keys().serverSignature(authMessage));
    }
}
