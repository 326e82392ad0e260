package io.postern.gateway.takeover;

import io.postern.gateway.config.Network;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// What was made of a running set-up: a configuration, the keys that go with it, and a list of what
/// has no equivalent. Nothing of the old set-up is changed.
public final class Takeover {
    private final Optional<String> configuration;
    private final List<OldKey> keys;
    private final List<Remark> remarks;
    private final List<OldSigner> signers;

    private Takeover(
            Optional<String> configuration,
            List<OldKey> keys,
            List<Remark> remarks,
            List<OldSigner> signers) {
        this.configuration = configuration;
        this.keys = keys;
        this.remarks = remarks;
        this.signers = signers;
    }

    /// What to read, as the old machine names it.
    ///
    /// @param opendkim `opendkim.conf`
    /// @param rspamd rspamd's folder, or one file with the settings of `dkim_signing`
    /// @param postfix `main.cf`
    /// @param root a copy of the old machine's files; nothing outside it is read. When absent, this
    ///   machine's own
    public record Sources(
            Optional<Path> opendkim,
            Optional<Path> rspamd,
            Optional<Path> postfix,
            Optional<Path> root) {}

    /// What came of it.
    public sealed interface Result {
        /// The files were read.
        record Done(Takeover takeover) implements Result {}

        /// One of the named files can't be read.
        record Unreadable(Path file, String why, String remedy) implements Result {}
    }

    /// Reads the old set-up. Never throws for what stands in it; what can't be read beyond the
    /// files that are named is a remark.
    public static Result read(Sources sources) {
        var files = new SourceFiles(sources.root());
        var draft = new Draft();
        var from = new ArrayList<String>();
        if (sources.opendkim().isPresent()) {
            var file = sources.opendkim().get();
            switch (files.read(file, SourceFiles.SETTINGS)) {
                case SourceFiles.Read.Bad(var why, var remedy) -> {
                    return new Result.Unreadable(file, why, remedy);
                }
                case SourceFiles.Read.Ok text -> new OpenDkimImport(files, draft).take(text);
            }
            from.add(file.toString());
        }
        if (sources.rspamd().isPresent()) {
            var folder = sources.rspamd().get();
            if (!Files.exists(files.locate(folder))) {
                return new Result.Unreadable(
                        folder, "there is no such folder", "see that it is there, or give --root");
            }
            new RspamdImport(files, draft).take(folder);
            from.add(folder.toString());
        }
        if (sources.postfix().isPresent()) {
            var file = sources.postfix().get();
            switch (files.read(file, SourceFiles.SETTINGS)) {
                case SourceFiles.Read.Bad(var why, var remedy) -> {
                    return new Result.Unreadable(file, why, remedy);
                }
                case SourceFiles.Read.Ok text -> new PostfixImport(files, draft).take(text);
            }
            from.add(file.toString());
        }
        return new Result.Done(finish(files, draft, from));
    }

    private static Takeover finish(SourceFiles files, Draft draft, List<String> from) {
        var keys = new KeyReading(files).read(draft.keys());
        sayHosts(draft);
        saySeveral(draft, keys);
        var remarks = draft.remarks().list();
        Optional<String> configuration =
                draft.domains().isEmpty()
                        ? Optional.empty()
                        : Optional.of(DraftText.of(draft, keys, from));
        return new Takeover(configuration, keys, remarks, List.copyOf(draft.signers()));
    }

    /// Hosts whose mail was signed, but that might not send to anywhere.
    private static void sayHosts(Draft draft) {
        if (draft.trusted().isEmpty()) {
            return;
        }
        var trusted = draft.trusted().get().value();
        for (var signed : draft.signedFor()) {
            var others = new LinkedHashSet<Network>(signed.value());
            others.removeIf(one ->
                    one.base().isLoopbackAddress()
                            || trusted.stream()
                                    .anyMatch(network ->
                                            network.prefix() <= one.prefix()
                                                    && network.contains(one.base())));
            if (!others.isEmpty()) {
                draft.remarks()
                        .otherwise(
                                new Place(signed.origin(), 0),
                                String.join(", ", others.stream().map(Network::toString).toList()),
                                "their mail was signed, but Postfix's mynetworks does not have them, so"
                                        + " `trust` does not",
                                "if they authenticate, give them a listener with role `submission`");
            }
        }
    }

    private static void saySeveral(Draft draft, List<OldKey> keys) {
        if (draft.severalKeys()) {
            return;
        }
        var byDomain = new LinkedHashMap<Domain, List<OldKey>>();
        for (var key : keys) {
            if (key.state() instanceof OldKey.State.Usable usable) {
                byDomain.computeIfAbsent(usable.owner(), _ -> new ArrayList<>()).add(key);
            }
        }
        byDomain.forEach((domain, its) -> {
            if (its.size() > 1) {
                draft.remarks()
                        .otherwise(
                                new Place(its.getLast().place(), 0),
                                "the keys of " + domain,
                                "of "
                                        + its.size()
                                        + " keys only the first that fitted signed; here all that are active"
                                        + " sign",
                                "import only the one that is to sign, with `postern dkim import`");
            }
        });
    }

    /// The configuration, with the lists behind it as comments; empty when no domain was found, so
    /// that there is none to be made.
    public Optional<String> configuration() {
        return configuration.map(text -> text + lists());
    }

    /// Keys and remarks as comment lines.
    public String lists() {
        return DraftText.appendix(keys, remarks);
    }

    /// The keys that the old set-up signs with, each once.
    public List<OldKey> keys() {
        return keys;
    }

    /// What is to be looked at, in the order in which it was read.
    public List<Remark> remarks() {
        return remarks;
    }

    /// What the old set-up would sign a message with, as `d=… s=…`, had a trusted host handed it
    /// in.
    List<OldSigner.Signature> signatures(HeaderFields header) {
        return OldSigner.Author.of(header).stream()
                .flatMap(author ->
                        signers.stream().flatMap(signer -> signer.signatures(author).stream()))
                .distinct()
                .toList();
    }
}
