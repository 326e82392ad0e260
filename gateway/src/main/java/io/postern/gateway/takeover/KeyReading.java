package io.postern.gateway.takeover;

import io.postern.gateway.takeover.OldKey.State;
import io.postern.keys.GivenKey;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/// Looks at the keys of the old set-up: which of them can be taken over, and if not, why. One that
/// can't be does not stop the others.
final class KeyReading {
    /// A PEM file of a 4096-bit key has 3.3 KB.
    private static final long LONGEST = 32 * 1024;

    private final SourceFiles files;

    KeyReading(SourceFiles files) {
        this.files = files;
    }

    /// The keys, each once, in the order of their first mention.
    List<OldKey> read(List<FoundKey> found) {
        var keys = new LinkedHashMap<String, OldKey>();
        for (var key : found) {
            var name =
                    key.selector() + "._domainkey." + key.domain() + " " + identity(key.source());
            keys.computeIfAbsent(
                    name.toLowerCase(Locale.ROOT),
                    _ ->
                            new OldKey(
                                    Remarks.cut(key.domain()),
                                    Remarks.cut(key.selector()),
                                    Remarks.cut(key.source().toString()),
                                    key.place().toString(),
                                    state(key)));
        }
        return withoutRivals(List.copyOf(keys.values()));
    }

    private static String identity(KeySource source) {
        return switch (source) {
            case KeySource.InFile(var file) -> file.toString();
            case KeySource.Inline(var text) -> text;
        };
    }

    private State state(FoundKey key) {
        var owner = Domain.parse(key.domain());
        if (owner.isEmpty()) {
            return new State.Unusable(
                    Remarks.cut(key.domain()) + " is no domain",
                    "write the domain's name in the table");
        }
        var fault = GivenKey.selectorFault(owner.get(), key.selector());
        if (fault.isPresent()) {
            return new State.Unusable(fault.get(), make(owner.get()));
        }
        return switch (key.source()) {
            case KeySource.Inline(var text) ->
                    state(
                            owner.get(),
                            text,
                            List.of("it stands in the table: whoever reads that has it"));
            case KeySource.InFile(var file) ->
                    switch (files.octets(file, LONGEST)) {
                        case SourceFiles.Octets.Bad(var bad) ->
                                new State.Unusable(file + ": " + bad.why(), bad.remedy());
                        case SourceFiles.Octets.Ok(var octets) ->
                                state(
                                        owner.get(),
                                        new String(octets, StandardCharsets.ISO_8859_1),
                                        exposure(file));
                    };
        };
    }

    private static State state(Domain owner, String text, List<String> warnings) {
        return switch (GivenKey.parse(text)) {
            case Outcome.Done<GivenKey>(var key) ->
                    new State.Usable(
                            owner,
                            key.type(),
                            key.bits(),
                            key.publicKey(),
                            new OldKey.Secret(text),
                            warnings);
            case Outcome.Refused<GivenKey>(var why) ->
                    new State.Unusable(
                            why,
                            why.contains("dkim new") || why.contains("openssl")
                                    ? ""
                                    : "name the right file, or " + make(owner));
        };
    }

    private static String make(Domain owner) {
        return "make a new key with `postern dkim new " + owner + "`";
    }

    /// The old program signed with it all the same, and our copy is wrapped: so it is only said.
    private List<String> exposure(Path file) {
        try {
            var modes = Files.getPosixFilePermissions(files.locate(file));
            var said = new ArrayList<String>();
            if (modes.contains(PosixFilePermission.OTHERS_READ)) {
                said.add(
                        "every user of that machine can read its file: `chmod o-r` it, and replace the"
                                + " key if others had accounts there");
            }
            if (modes.contains(PosixFilePermission.OTHERS_WRITE)) {
                said.add("every user of that machine could have replaced it: `chmod o-w` its file");
            }
            return said;
        } catch (IOException | UnsupportedOperationException _) {
            return List.of();
        }
    }

    /// One name has one record, so at most one of two keys is the one that receivers know.
    private static List<OldKey> withoutRivals(List<OldKey> keys) {
        var publics = new LinkedHashMap<String, LinkedHashSet<String>>();
        var sources = new LinkedHashMap<String, LinkedHashSet<String>>();
        for (var key : keys) {
            if (key.state() instanceof State.Usable usable) {
                var name = key.recordName().toLowerCase(Locale.ROOT);
                publics.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(usable.publicKey());
                sources.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(key.source());
            }
        }
        var seen = new LinkedHashSet<String>();
        var result = new ArrayList<OldKey>();
        for (var key : keys) {
            var name = key.recordName().toLowerCase(Locale.ROOT);
            if (!(key.state() instanceof State.Usable)) {
                result.add(key);
            } else if (publics.getOrDefault(name, new LinkedHashSet<>()).size() > 1) {
                result.add(
                        new OldKey(
                                key.domain(),
                                key.selector(),
                                key.source(),
                                key.place(),
                                new State.Unusable(
                                        "there are different keys for it: "
                                                + String.join(
                                                        ", ",
                                                        sources.getOrDefault(
                                                                name, new LinkedHashSet<>())),
                                        "see which one the record in the DNS is of, and take that one with"
                                                + " `postern dkim import`")));
            } else if (seen.add(name)) {
                result.add(key);
            }
        }
        return result;
    }
}
