package io.postern.cli;

import io.postern.keys.CryptoProviders;
import io.postern.keys.StartSecret;
import io.postern.km.InviteDesk;
import io.postern.km.KeyManagement;
import io.postern.km.Steps;
import io.postern.km.World;
import io.postern.km.secret.KmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// How `postern km` reaches a data folder: directly, under the lock of key management, whether or
/// not a gateway runs on it.
final class KmAccess {
    private KmAccess() {}

    static World world(Io io, DataOptions options) {
        return new World(
                options.folder(io).toAbsolutePath().normalize(),
                io.clock(),
                new SecureRandom(),
                System.getProperty("user.name", "unknown"),
                Steps.NONE);
    }

    /// For looking.
    static KeyManagement read(Io io, DataOptions options) {
        var world = world(io, options);
        exists(world);
        return KeyManagement.read(world, secret(io, options, world));
    }

    /// For acts.
    static KeyManagement lock(Io io, DataOptions options) {
        var world = world(io, options);
        exists(world);
        CryptoProviders.install();
        return KeyManagement.lock(world, secret(io, options, world));
    }

    /// For invitations, beside acts.
    static InviteDesk invites(Io io, DataOptions options) {
        var world = world(io, options);
        exists(world);
        return InviteDesk.open(world, secret(io, options, world));
    }

    private static void exists(World world) {
        if (!KeyManagement.exists(world)) {
            throw new KmException(
                    "there is no vault in "
                            + world.folder()
                            + ": make one with `postern km init`, or name the data folder with --data or --config");
        }
    }

    static StartSecret secret(Io io, DataOptions options, World world) {
        return options.readConfig(io)
                .flatMap(config -> config.secrets().startSecret())
                .map(StartSecret::read)
                .orElseGet(() -> StartSecret.read(world.data().resolve(StartSecret.FILE)));
    }

    /// The start secret for a new vault; made with the folder when no gateway has used it yet.
    static StartSecret secretForNew(Io io, DataOptions options, World world) {
        CryptoProviders.install();
        var named = options.readConfig(io).flatMap(config -> config.secrets().startSecret());
        if (named.isPresent()) {
            return StartSecret.read(named.get());
        }
        Path file = world.data().resolve(StartSecret.FILE);
        if (Files.notExists(file) && Files.exists(world.data().resolve("store.db"))) {
            throw Failure.of(
                    "the start secret " + file + " is not there, though a gateway has worked here",
                    "restore it from the copy that was kept, name it in secrets.start_secret and give --config, or start the gateway once so that it makes one");
        }
        return StartSecret.inFolder(world.data(), world.random());
    }
}
