package io.postern.cli;

import io.postern.admin.ConfigView;
import io.postern.admin.LocalOperations;
import io.postern.admin.OperationException;
import io.postern.admin.Operations;
import io.postern.admin.Reloaded;
import io.postern.admin.RemoteOperations;
import io.postern.gateway.config.Config;
import io.postern.gateway.signing.KeyDesk;
import io.postern.gateway.signing.KeyKeeping;
import io.postern.gateway.users.Users;
import io.postern.keys.CryptoProviders;
import io.postern.keys.DkimKeys;
import io.postern.keys.StartSecret;
import io.postern.store.FolderInUseException;
import io.postern.store.MessageStore;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// How a command reaches a gateway: over its control socket when it runs, otherwise by opening its
/// data folder under the lock.
final class Access {
    /// How long a folder may be in use by somebody who does not answer: a gateway that is starting,
    /// or another command.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration STEP = Duration.ofMillis(50);

    private Access() {}

    /// The operations on a gateway whose folder must exist.
    static Operations open(Io io, DataOptions options) {
        var folder = options.folder(io);
        if (!Files.isDirectory(folder)) {
            throw Failure.of(
                    "there is no data folder at " + folder,
                    "name one with --data or --config, or run `postern serve` first");
        }
        return open(io, folder, options.readConfig(io));
    }

    /// The operations on a gateway whose folder is made if need be.
    static Operations openOrCreate(Io io, DataOptions options) {
        return open(io, options.folder(io), options.readConfig(io));
    }

    private static Operations open(Io io, Path folder, Optional<Config> config) {
        for (long waited = 0; ; waited += STEP.toMillis()) {
            var running = RemoteOperations.connect(folder);
            if (running.isPresent()) {
                return running.get();
            }
            try {
                return local(io, folder, config);
            } catch (FolderInUseException e) {
                if (waited >= PATIENCE.toMillis()) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    private static void pause(FolderInUseException inUse) {
        try {
            Thread.sleep(STEP);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw inUse;
        }
    }

    private static Operations local(Io io, Path folder, Optional<Config> config) {
        var store = SqliteStore.open(folder, StoreSettings.DEFAULTS, io.clock());
        var recipients = new LocalRecipientSources(config, io.clock());
        return new LocalOperations(
                store,
                memoized(() -> {
                    CryptoProviders.install();
                    var random = new SecureRandom();
                    var keys =
                            new DkimKeys(
                                    store,
                                    secret(store, folder, config, random),
                                    io.clock(),
                                    random);
                    return new KeyDesk(
                            keys, config.map(known -> KeyKeeping.atRest(known, keys, io.clock())));
                }),
                io.clock(),
                new LocalOperations.Surroundings(
                        false,
                        () -> {},
                        () -> {},
                        Access::noConfig,
                        Access::noReload,
                        recipients::get,
                        memoized(() -> {
                            var random = new SecureRandom();
                            return new Users(
                                    store,
                                    secret(store, folder, config, random),
                                    io.clock(),
                                    random);
                        }),
                        List::of,
                        () -> {
                            recipients.close();
                            store.close();
                        }));
    }

    /// The gateway's own start secret: where the configuration says, else in the folder.
    static StartSecret secret(
            MessageStore store, Path folder, Optional<Config> config, SecureRandom random) {
        return config.flatMap(known -> known.secrets().startSecret())
                .map(StartSecret::read)
                .orElseGet(() -> StartSecret.of(store, folder, random));
    }

    private static Reloaded noReload() {
        throw new OperationException(
                OperationException.Kind.REFUSED,
                "the gateway does not run, so there is nothing to reload",
                "it reads its file when it starts; `postern config check` reads it now");
    }

    private static ConfigView noConfig() {
        throw new OperationException(
                OperationException.Kind.REFUSED,
                "the gateway does not run, so no settings are in force",
                "name the file with --config");
    }

    /// Asked once at most: one command, one thread.
    private static <T> Supplier<T> memoized(Supplier<T> make) {
        var made =
                new java.util.concurrent.atomic.AtomicReference<
                        @org.jspecify.annotations.Nullable T>();
        return () -> {
            var value = made.get();
            if (value == null) {
                value = make.get();
                made.set(value);
            }
            return value;
        };
    }
}
