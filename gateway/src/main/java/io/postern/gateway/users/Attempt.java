package io.postern.gateway.users;

import io.postern.gateway.config.Submission.Mechanism;
import io.postern.gateway.events.MailLog;
import io.postern.smtp.Reply;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.sasl.PlainMessage;
import io.postern.smtp.sasl.SaslMechanism;
import io.postern.smtp.sasl.SaslPrep;
import io.postern.smtp.sasl.SaslStep;
import io.postern.smtp.sasl.ScramKeys;
import io.postern.smtp.sasl.ScramServer;
import io.postern.smtp.server.AuthExchange;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/// One attempt to authenticate. For one thread.
///
/// What a client learns is the same for an unknown user and a wrong password: replies, salts, work
/// and waits.
final class Attempt implements AuthExchange {
    // RFC 4954 §6.
    private static final Reply WRONG = Reply.of(535, "5.7.8", "authentication failed");
    private static final Reply NOT_NOW =
            Reply.of(454, "4.7.0", "can't authenticate now, try again later");
    private static final Reply LOCKED =
            Reply.of(454, "4.7.0", "too many failed logins, try again later");

    private final Authenticator house;
    private final SessionFacts session;
    private final Mechanism kind;
    private final SaslMechanism mechanism;
    private String user = "";
    private boolean locked;
    private boolean begun;
    private boolean byDirectory;
    // The directory's entry that the name is, while its failures are counted.
    private Optional<String> entry = Optional.empty();
    private long asked;

    /// @param plus whether SCRAM-SHA-256-PLUS was offered
    Attempt(
            Authenticator house,
            SessionFacts session,
            Mechanism kind,
            boolean plus,
            ChannelBindings bindings) {
        this.house = house;
        this.session = session;
        this.kind = kind;
        this.mechanism =
                switch (kind) {
                    case SCRAM_SHA_256_PLUS -> scram(ScramServer.Binding.DEMANDED, bindings);
                    case SCRAM_SHA_256 ->
                            scram(
                                    plus ? ScramServer.Binding.OFFERED : ScramServer.Binding.NONE,
                                    bindings);
                    case PLAIN -> this::plain;
                    case EXTERNAL -> this::external;
                };
    }

    private SaslMechanism scram(ScramServer.Binding binding, ChannelBindings bindings) {
        return new ScramServer(binding, bindings, this::keys, house::nonce);
    }

    @Override
    public Answer respond(String response) {
        asked = System.nanoTime();
        return switch (mechanism.respond(response)) {
            case SaslStep.Challenge(var text) -> new Answer.Challenge(text);
            case SaslStep.Success _ -> granted();
            case SaslStep.Failure(var reason, _, var detail) -> failed(reason, detail);
        };
    }

    /// Counts as a wrong password, so it costs as much time and leaves as much of a trace: five
    /// names given, and none proven, lock somebody out.
    @Override
    public Answer abandoned(Reply reply) {
        if (!begun) {
            return new Answer.Refuse(reply);
        }
        log("failed", "the client gave up");
        return refuse(reply);
    }

    private InetAddress client() {
        return session.client().getAddress();
    }

    /// Whether the attempt may go on for the one who the client says it is.
    private boolean begin(String claimed) {
        // A name that nobody can have is counted too, or it would tell that nobody has it.
        user = Users.canonical(claimed).orElse(claimed);
        if (house.lockouts().begin(user, client()).isPresent()) {
            locked = true;
            return false;
        }
        begun = true;
        return true;
    }

    private Optional<ScramKeys> keys(String claimed) {
        return begin(claimed) ? Optional.of(house.users().scramKeys(user)) : Optional.empty();
    }

    // RFC 4616.
    private SaslStep plain(String response) {
        var message = PlainMessage.parse(response);
        if (message.isEmpty()) {
            return failure(SaslStep.Reason.MALFORMED, "not a message of PLAIN");
        }
        if (!begin(message.get().user())) {
            return failure(SaslStep.Reason.UNAVAILABLE, "locked");
        }
        var password = message.get().password();
        if (house.directory().isPresent() && house.users().find(user).isEmpty()) {
            return plain(house.directory().get(), password);
        }
        return house.users()
                .matches(user, password)
                .map(right ->
                        right
                                ? new SaslStep.Success(user)
                                : failure(SaslStep.Reason.CREDENTIALS, "wrong user or password"))
                .orElseGet(() -> failure(SaslStep.Reason.UNAVAILABLE, "too many logins at once"));
    }

    /// A user of the directory's, or nobody's; a user of the store is only there.
    private SaslStep plain(DirectoryUsers directory, String password) {
        // A name that nobody can have is not asked for: a directory takes no notice of white space
        // around a value (RFC 4518 §2.6.1), and the name would be another one for the same entry.
        var found =
                Users.canonical(user)
                        .map(directory::find)
                        .orElseGet(() -> new DirectoryUsers.Found.None("not a name"));
        return switch (found) {
            case DirectoryUsers.Found.Unavailable(var why) ->
                    failure(SaslStep.Reason.UNAVAILABLE, why);
            case DirectoryUsers.Found.None(var why) -> nobody(directory, why);
            case DirectoryUsers.Found.One(var one) -> {
                if (house.lockouts().beginEntry(one.key(), client()).isPresent()) {
                    // Not told as a lock: the name was not tried yet, and would be one that exists.
                    yield nobody(directory, "locked under another name");
                }
                entry = Optional.of(one.key());
                yield switch (directory.bind(user, one, password)) {
                    case DirectoryUsers.Bound.Right() -> {
                        byDirectory = true;
                        yield new SaslStep.Success(user);
                    }
                    case DirectoryUsers.Bound.Wrong(var why) ->
                            failure(SaslStep.Reason.CREDENTIALS, why);
                    case DirectoryUsers.Bound.Unavailable(var why) ->
                            failure(SaslStep.Reason.UNAVAILABLE, why);
                };
            }
        };
    }

    private SaslStep nobody(DirectoryUsers directory, String detail) {
        return directory.bindNobody() instanceof DirectoryUsers.Bound.Unavailable(var why)
                ? failure(SaslStep.Reason.UNAVAILABLE, why)
                : failure(SaslStep.Reason.CREDENTIALS, detail);
    }

    // RFC 4422 appendix A: the response is whom the client would be, or empty for whoever the
    // certificate says it is.
    private SaslStep external(String response) {
        var wanted = SaslPrep.prepare(response).flatMap(Users::canonical);
        if (!response.isEmpty() && wanted.isEmpty()) {
            return failure(SaslStep.Reason.MALFORMED, "not a name");
        }
        var names = session.clientCertificate().map(CertificateNames::of).orElseThrow();
        var found =
                names.stream()
                        .flatMap(name -> Users.canonical(name).stream())
                        .filter(name -> wanted.isEmpty() || wanted.get().equals(name))
                        .filter(name -> house.users().find(name).isPresent())
                        .findFirst();
        if (!begin(found.or(() -> wanted).orElseGet(() -> String.join(",", names)))) {
            return failure(SaslStep.Reason.UNAVAILABLE, "locked");
        }
        return found.<SaslStep>map(SaslStep.Success::new)
                .orElseGet(() ->
                        failure(SaslStep.Reason.CREDENTIALS, "no user of the certificate's names"));
    }

    private SaslStep failure(SaslStep.Reason reason, String detail) {
        return new SaslStep.Failure(reason, user, detail);
    }

    private Answer granted() {
        if (!byDirectory && house.users().find(user).isEmpty()) {
            // Removed while the exchange went on.
            return failed(SaslStep.Reason.CREDENTIALS, "the user is gone");
        }
        house.lockouts().succeeded(user, client());
        entry.ifPresent(one -> house.lockouts().succeededEntry(one, client()));
        house.figures().loggedIn.increment();
        log("ok", "");
        return new Answer.Granted(user);
    }

    private Answer failed(SaslStep.Reason reason, String detail) {
        if (locked) {
            log("locked", "too many failed logins");
            return refuse(LOCKED);
        }
        log("failed", detail);
        return switch (reason) {
            case MALFORMED ->
                    new Answer.Refuse(
                            Reply.of(501, "5.5.2", "not a message of " + kind)); // RFC 4954 §4
            case CREDENTIALS, CHANNEL_BINDING -> refuse(WRONG);
            case UNAVAILABLE -> {
                if (begun) {
                    house.lockouts().undecided(user, client());
                    entry.ifPresent(house.lockouts()::undecidedEntry);
                }
                yield new Answer.Refuse(NOT_NOW);
            }
        };
    }

    /// Not at once: guessing over one session is slow.
    private Answer refuse(Reply reply) {
        house.figures().loginsRefused.increment();
        var delay = house.settings().failureDelay();
        house.pause().rest(house.directory().isPresent() ? untilNext(delay, spent()) : delay);
        return new Answer.Refuse(reply);
    }

    private Duration spent() {
        return Duration.ofNanos(System.nanoTime() - asked);
    }

    /// How long until the next whole step since the response came. With a directory what a login
    /// takes differs: the store's hash, a search, a bind, whatever the directory makes of each. So
    /// failures are answered at whole steps alone, which say nothing of that.
    static Duration untilNext(Duration step, Duration spent) {
        if (step.isZero()) {
            return Duration.ZERO;
        }
        return step.multipliedBy(spent.dividedBy(step) + 1).minus(spent);
    }

    private void log(String result, String detail) {
        MailLog.event(
                "auth",
                "result",
                result,
                "user",
                user,
                "mechanism",
                kind,
                "session",
                session.sessionId(),
                "listener",
                session.listener(),
                "client",
                client().getHostAddress(),
                "why",
                detail);
    }
}
