package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.ca.KeyKind;
import io.postern.km.secret.Secret;
import io.postern.km.shares.Share;
import io.postern.km.vault.Opening;
import io.postern.km.vault.UnsealKey;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import io.postern.testkit.TestClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A data folder with a vault, what was shown to its operators, and a clock.
final class Scene {
    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    /// What ends an act there.
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    final Path data;
    final TestClock clock = new TestClock(START);
    final SecureRandom random = new SecureRandom();
    String unsealKey = "";
    List<String> shares = List.of();
    Steps steps = Steps.NONE;

    Scene(Path data) {
        this.data = data;
        try {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// With 2 of 3 shares.
    static Scene founded(Path data) {
        var scene = new Scene(data);
        scene.found(Optional.of(new FoundingSettings.Quorum(2, 3)));
        return scene;
    }

    World world() {
        return new World(data, clock, random, "operator", name -> steps.at(name));
    }

    /// Leaves what a program of the first schema would have.
    void toFirstSchema() {
        for (var index : List.of("certificate_until", "invite_address")) {
            sql("DROP INDEX " + index);
        }
        for (var table :
                List.of("revoked_elsewhere", "invite", "request", "approval", "cosignature")) {
            sql("DROP TABLE " + table);
        }
        sql("ALTER TABLE certificate DROP COLUMN own_key");
        sql("PRAGMA user_version = 1");
    }

    StartSecret secret() {
        return StartSecret.inFolder(data, random);
    }

    void found(Optional<FoundingSettings.Quorum> quorum) {
        var settings =
                new FoundingSettings(
                        "Example",
                        "ch",
                        URI.create("http://pki.example.com/km"),
                        KeyKind.P_384,
                        quorum);
        try (var founding = Founding.begin(world(), secret(), settings)) {
            unsealKey = founding.unsealKey().printed();
            shares = founding.shares().stream().map(Share::printed).toList();
            founding.complete();
        }
    }

    KeyManagement read() {
        return KeyManagement.read(world(), secret());
    }

    KeyManagement lock() {
        return KeyManagement.lock(world(), secret());
    }

    Opening byKey() {
        return byKey(unsealKey);
    }

    static Opening byKey(String printed) {
        return switch (UnsealKey.parse(printed)) {
            case UnsealKey.Parsed.Ok(var key) -> new Opening.ByUnsealKey(key);
            case UnsealKey.Parsed.Bad(var why) -> throw new AssertionError(why);
        };
    }

    static Opening byPassphrase(String text) {
        return new Opening.ByPassphrase(Secret.of(text.toCharArray()));
    }

    Opening byShares(int... numbers) {
        var given = new ArrayList<Share>();
        for (int number : numbers) {
            switch (Share.parse(shares.get(number - 1))) {
                case Share.Parsed.Ok(var share) -> given.add(share);
                case Share.Parsed.Bad(var why) -> throw new AssertionError(why);
            }
        }
        return new Opening.ByShares(given);
    }

    /// Opens the vault for one act.
    <T> T opened(Opening opening, Function<OpenVault, T> act) {
        try (opening;
                var km = lock();
                var vault = km.open(opening)) {
            return act.apply(vault);
        }
    }

    /// Works under the lock, with the vault sealed.
    <T> T locked(Function<KeyManagement, T> work) {
        try (var km = lock()) {
            return work.apply(km);
        }
    }

    /// What somebody with the file does to the database, behind everybody's back.
    void sql(String statement) {
        try (var connection =
                        java.sql.DriverManager.getConnection(
                                "jdbc:sqlite:" + data.resolve("km").resolve("km.db"));
                var jdbc = connection.createStatement()) {
            jdbc.execute(statement);
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    <T> T looked(Function<KeyManagement, T> look) {
        try (var km = read()) {
            return look.apply(km);
        }
    }

    static Mailbox mailbox(String text) {
        return switch (Paths.mailbox(text, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox;
            case Paths.Parsed.Bad<Mailbox>(_, var why) -> throw new AssertionError(why);
        };
    }

    static IssueOrder order(String address) {
        var all = IssueOrder.of(mailbox(address));
        return new IssueOrder(
                all.address(), all.usages(), KeyKind.P_256, all.lifetime(), all.form());
    }

    List<CertificateView> issue(String address) {
        return opened(
                byKey(),
                vault -> {
                    try (var files = vault.issue(order(address))) {
                        return files.files().stream().map(KeyFile::certificate).toList();
                    }
                });
    }
}
