package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.ca.OcspReply;
import io.postern.km.http.Published;
import io.postern.km.http.PublishedList;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the vault of a folder publishes, whatever becomes of the folder: it is opened as soon as
/// there is one, and anew when another was put in its place, as by a restored backup. Until then
/// every question is answered by a [KmException] with the remedy. Any number of threads.
public final class ServedVault implements Published, AutoCloseable {
    /// So that a folder in trouble is not opened for each of a thousand requests a second.
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

    private final World world;
    private final StartSecret secret;
    private volatile @Nullable Opened opened;
    private @Nullable KmException trouble;
    private long triedAt;
    private boolean closed;

    private record Opened(PublishedVault vault, Optional<Object> file) {}

    /// Nothing is opened yet.
    public ServedVault(World world, StartSecret secret) {
        this.world = world;
        this.secret = secret;
    }

    private PublishedVault vault() {
        var now = opened;
        return now == null ? open(false).vault : now.vault;
    }

    /// Opens it when it is not, and anew when its file is another one.
    ///
    /// @throws KmException when it can't be opened
    public void look() {
        var now = opened;
        if (now == null || !now.file.equals(file())) {
            open(true);
        }
    }

    private synchronized Opened open(boolean again) {
        var now = opened;
        if (now != null && (!again || now.file.equals(file()))) {
            return now;
        }
        if (closed) {
            throw new KmException("the gateway stops");
        }
        long time = System.nanoTime();
        var known = trouble;
        if (!again && known != null && time - triedAt < PAUSE) {
            throw new KmException(Objects.requireNonNullElse(known.getMessage(), "closed"), known);
        }
        triedAt = time;
        let(now);
        try {
            var fresh = new Opened(PublishedVault.open(world, secret), file());
            opened = fresh;
            trouble = null;
            return fresh;
        } catch (KmException e) {
            trouble = e;
            throw e;
        }
    }

    private void let(@Nullable Opened before) {
        opened = null;
        if (before == null) {
            return;
        }
        if (before.file.equals(file())) {
            before.vault.close();
        } else {
            before.vault.forsake();
        }
    }

    /// What tells a file from another of the same name; empty when there is none.
    private Optional<Object> file() {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(
                                    world.folder().resolve(Database.FILE),
                                    BasicFileAttributes.class)
                            .fileKey());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<PublishedList> list(String name) {
        return vault().list(name);
    }

    @Override
    public Optional<X509Certificate> authority(String name) {
        return vault().authority(name);
    }

    @Override
    public OcspReply ocsp(byte[] request) {
        return vault().ocsp(request);
    }

    @Override
    public List<X509Certificate> ofAddress(String address) {
        return vault().ofAddress(address);
    }

    @Override
    public List<String> addresses(String prefix, int most) {
        return vault().addresses(prefix, most);
    }

    @Override
    public Optional<X509Certificate> ofHash(byte[] sha1) {
        return vault().ofHash(sha1);
    }

    @Override
    public String place() {
        return vault().place();
    }

    /// Idempotent.
    @Override
    public synchronized void close() {
        closed = true;
        let(opened);
    }
}
