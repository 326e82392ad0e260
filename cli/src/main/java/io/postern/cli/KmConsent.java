package io.postern.cli;

import io.postern.km.KeyManagement;
import io.postern.km.Requests;
import io.postern.km.consent.ActRequest;
import io.postern.km.consent.ApproverKey;
import io.postern.km.consent.Draft;
import io.postern.km.secret.KmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/// How an act that approvers must agree to is asked for, or shown to be agreed to.
final class KmConsent {
    /// Of a request that is signed and done in one step: what fails is not left lying about.
    private static final Duration ONE_STEP = Duration.ofMinutes(5);

    @Option(
            names = "--request",
            description = "Do nothing yet: keep it for approvers to sign, and show its number.")
    boolean request;

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            description = "The reason, which approvers sign too.")
    String why = "";

    @Option(
            names = "--good-for",
            paramLabel = "TIME",
            description = "How long the request is good, such as 24h (default) or 7d.")
    String valid = "24h";

    @Option(
            names = "--approval",
            paramLabel = "ID",
            description = "Do it under this request, which approvers have signed.")
    Optional<Long> approval = Optional.empty();

    @Option(
            names = "--approver-key",
            paramLabel = "FILE",
            description =
                    "Ask, sign with this approver's key and do it, in one step. May be repeated.")
    List<Path> approverKeys = List.of();

    @Option(
            names = "--approver-passphrase-file",
            paramLabel = "FILE",
            description = "The passphrase of each --approver-key, in their order (0600).")
    List<Path> passphrases = List.of();

    /// Keeps the request, and says what to do with it.
    void ask(Io io, KeyManagement km, Draft draft) {
        if (approval.isPresent() || !approverKeys.isEmpty()) {
            throw Failure.usage("--request goes with neither --approval nor --approver-key");
        }
        shown(io, km.requests().add(draft, why, KmDuration.of(valid)));
    }

    static void shown(Io io, Requests.Pending pending) {
        io.line("request " + pending.id() + ": " + Table.printable(words(pending.request())));
        io.line("  until       " + Words.time(pending.request().expires()));
        io.line(
                "  signed by   %s, %d needed"
                        .formatted(
                                pending.approvers().isEmpty()
                                        ? "nobody"
                                        : String.join(", ", pending.approvers()),
                                pending.needed()));
        io.line("  signed text " + Table.printable(pending.request().text()));
        io.line(
                pending.ready()
                        ? "Do it: postern km do " + pending.id()
                        : "Let approvers sign it: postern km approve "
                                + pending.id()
                                + " --key FILE");
    }

    static String words(ActRequest request) {
        return request.draft().words()
                + (request.reason().isEmpty() ? "" : ": " + request.reason());
    }

    /// The keys that were named; the caller closes them.
    Keys keys(Io io) {
        if (approval.isPresent() && !approverKeys.isEmpty()) {
            throw Failure.usage("give either --approval or --approver-key");
        }
        if (!passphrases.isEmpty() && passphrases.size() != approverKeys.size()) {
            throw Failure.usage("give as many --approver-passphrase-file as --approver-key");
        }
        var keys = new ArrayList<ApproverKey>();
        boolean all = false;
        try {
            for (int i = 0; i < approverKeys.size(); i++) {
                keys.add(
                        key(
                                io,
                                approverKeys.get(i),
                                passphrases.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(passphrases.get(i))));
            }
            all = true;
            return new Keys(keys);
        } finally {
            if (!all) {
                keys.forEach(ApproverKey::close);
            }
        }
    }

    static ApproverKey key(Io io, Path file, Optional<Path> passphraseFile) {
        var path = io.file(file);
        var text = KmInput.secretLine(path);
        try (var passphrase =
                passphraseFile.isPresent()
                        ? KmPassphrase.ofFile(io, passphraseFile.get())
                        : KmPassphrase.asked(io, "Passphrase of " + path + ": ")) {
            return ApproverKey.read(text, passphrase);
        } catch (KmException e) {
            throw new KmException(path + ": " + e.getMessage(), e);
        }
    }

    /// Approvers' keys in memory.
    record Keys(List<ApproverKey> all) implements AutoCloseable {
        @Override
        public void close() {
            all.forEach(ApproverKey::close);
        }
    }

    /// The request to do it under; made and signed when keys were given.
    OptionalLong request(KeyManagement km, Draft draft, Keys keys) {
        if (approval.isPresent()) {
            return OptionalLong.of(approval.get());
        }
        if (keys.all.isEmpty()) {
            return OptionalLong.empty();
        }
        long id = km.requests().add(draft, why, ONE_STEP).id();
        keys.all.forEach(key -> km.requests().approve(id, key));
        return OptionalLong.of(id);
    }
}
