package io.postern.gateway.lists;

import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One list and what it holds now. Look-ups from any thread; [#look] from one at a time.
final class AccessList {
    private static final Logger LOG = LoggerFactory.getLogger(AccessList.class);
    private static final long MOST_OCTETS = 64L << 20;

    /// What a file's state is told by.
    private record Stamp(FileTime modified, long size, @Nullable Object key) {
        static Stamp of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    private final AbuseConfig.AccessList settings;
    private final Entries own;
    private volatile Entries listed;
    private @Nullable Stamp seen;
    private String trouble = "";

    /// @throws ConfigException when an entry is not one, or the file can't be read
    AccessList(AbuseConfig.AccessList settings) {
        this.settings = settings;
        own =
                switch (Entries.parse(settings.of(), settings.entries())) {
                    case Entries.Parsed.Ok(var entries, _) -> entries;
                    case Entries.Parsed.Bad(var number, var why) ->
                            throw new ConfigException(
                                    "access_list "
                                            + settings.name()
                                            + ", entry "
                                            + number
                                            + ": "
                                            + why);
                };
        listed = own;
        if (settings.file().isPresent()) {
            var why = read(settings.file().get());
            if (!why.isEmpty()) {
                throw new ConfigException("access_list " + settings.name() + ": " + why);
            }
        }
    }

    AbuseConfig.AccessList settings() {
        return settings;
    }

    /// What stands in the configuration.
    Entries own() {
        return own;
    }

    /// What stands in the file; the same as [#own] when there is none.
    Entries listed() {
        return listed;
    }

    /// Takes the file up again if it has changed; true when it did. What is wrong with it is warned
    /// about once.
    boolean look() {
        if (settings.file().isEmpty()) {
            return false;
        }
        var seenBefore = seen;
        var why = read(settings.file().get());
        if (!why.isEmpty() && !why.equals(trouble)) {
            LOG.warn("access_list {} stays as it was: {}", settings.name(), why);
        }
        trouble = why;
        return why.isEmpty() && !java.util.Objects.equals(seenBefore, seen);
    }

    /// Whole or not at all. Returns what is wrong; empty when nothing is, or nothing has changed.
    private String read(Path file) {
        try {
            var before = Stamp.of(file);
            if (before.equals(seen)) {
                return trouble;
            }
            if (before.size() > MOST_OCTETS) {
                return file + " has " + before.size() + " octets, and 64 MiB are the most";
            }
            var octets = Files.readAllBytes(file);
            if (!before.equals(Stamp.of(file)) || octets.length != before.size()) {
                // Being written: the next look will find it whole.
                return trouble;
            }
            var lines = new String(octets, StandardCharsets.UTF_8).lines().toList();
            return taken(file, before, lines);
        } catch (IOException e) {
            seen = null;
            return file + " can't be read (" + e + "). Is it there, and readable for this user?";
        }
    }

    private String taken(Path file, Stamp stamp, List<String> lines) {
        seen = stamp;
        return switch (Entries.parse(settings.of(), lines)) {
            case Entries.Parsed.Ok(var entries, var count) -> {
                listed = entries;
                LOG.info("access_list {}: {} entries from {}", settings.name(), count, file);
                yield "";
            }
            case Entries.Parsed.Bad(var line, var why) -> file + ", line " + line + ": " + why;
        };
    }
}
