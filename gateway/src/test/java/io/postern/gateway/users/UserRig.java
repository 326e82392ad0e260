package io.postern.gateway.users;

import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.config.Submission;
import io.postern.gateway.events.Figures;
import io.postern.keys.Outcome;
import io.postern.keys.StartSecret;
import io.postern.smtp.server.ClientCertificate;
import io.postern.smtp.server.SessionFacts;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import io.postern.testkit.TestClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Users, lock-outs and an authenticator over a real store, with a clock that is moved by hand and
/// waits that are noted and not waited.
final class UserRig implements AutoCloseable {
    static final String PASSWORD = "correct horse";

    final TestClock clock = new TestClock(Instant.parse("2026-11-22T08:00:00Z"));
    final List<Duration> waits = new ArrayList<>();
    final SqliteStore store;
    final Users users;
    final Lockouts lockouts;
    final Authenticator authenticator;

    UserRig(Path folder, String submission) {
        this(folder, submission, _ -> Optional.empty());
    }

    /// With a directory, made with the rig's clock.
    UserRig(
            Path folder,
            String submission,
            Function<TestClock, Optional<DirectoryUsers>> directory) {
        store = SqliteStore.open(folder.resolve("data"), StoreSettings.DEFAULTS, clock);
        var random = new SecureRandom();
        var secret = StartSecret.inFolder(folder.resolve("data"), random);
        users = new Users(store, secret, clock, random);
        var settings = settings(submission);
        lockouts = new Lockouts(settings, store, clock);
        authenticator =
                new Authenticator(
                        settings,
                        users,
                        directory.apply(clock),
                        lockouts,
                        new Figures(),
                        random,
                        waits::add);
    }

    static Submission settings(String submission) {
        var text =
                """
                hostname = "gw.example.com"
                [[listener]]
                role = "submission"
                address = "127.0.0.1:0"
                [[domain]]
                name = "example.com"
                [submission]
                """
                        + submission;
        return ConfigReader.parse(text, "test", Path.of("/")).submission();
    }

    static User done(Outcome<User> outcome) {
        return switch (outcome) {
            case Outcome.Done<User>(var user) -> user;
            case Outcome.Refused<User>(var why) -> throw new AssertionError(why);
        };
    }

    static String refused(Outcome<User> outcome) {
        return switch (outcome) {
            case Outcome.Done<User>(var user) -> throw new AssertionError(user.name());
            case Outcome.Refused<User>(var why) -> why;
        };
    }

    static InetAddress client(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static SessionFacts inClear(String address) {
        return SessionFacts.accepted("S1", "submission", new InetSocketAddress(client(address), 1))
                .greeted("c.example", true);
    }

    static SessionFacts overTls(String address, Optional<ClientCertificate> certificate) {
        return inClear(address)
                .encrypted("TLSv1.3 TLS_AES_256_GCM_SHA384", certificate)
                .greeted("c.example", true);
    }

    @Override
    public void close() {
        store.close();
    }
}
