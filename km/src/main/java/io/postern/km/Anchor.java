package io.postern.km;

import io.postern.km.audit.AuditLine;
import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The end of the audit, written to a file outside the data folder after each act: who takes the
/// whole folder back to last week can't take that back with it.
final class Anchor {
    /// The setting that names the file.
    static final String SETTING = "anchor";

    private static final Pattern FORM =
            Pattern.compile("postern-km-anchor-1 ([0-9a-f]{32}) ([0-9]{1,15}) ([0-9a-f]{64})\n");

    private static final int LONGEST = 256;

    /// What is done whatever the anchor says: to set another, and to keep a refusal.
    private static final Set<String> ALLOWED =
            Set.of("anchor", "refused-to-open", "request", "approve");

    private Anchor() {}

    private record Point(String vault, long seq, String hash) {}

    /// Why the folder is not the one that the anchor was written of; empty when it is, or when
    /// there is no anchor.
    static Optional<String> fault(Database on) throws SQLException {
        var file = Tables.meta(on, SETTING).map(Path::of);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (Files.size(file.get()) > LONGEST) {
                return Optional.of(file.get() + " is no anchor: restore it, or set another");
            }
            var form = FORM.matcher(Files.readString(file.get(), StandardCharsets.US_ASCII));
            if (!form.matches()) {
                return Optional.of(file.get() + " is no anchor: restore it, or set another");
            }
            return compare(
                    on,
                    file.get(),
                    new Point(form.group(1), Long.parseLong(form.group(2)), form.group(3)));
        } catch (NoSuchFileException e) {
            return Optional.of("the anchor " + file.get() + " is not there: is its disk mounted?");
        } catch (IOException e) {
            return Optional.of("the anchor " + file.get() + " can't be read: " + e);
        }
    }

    private static Optional<String> compare(Database on, Path file, Point point)
            throws SQLException {
        if (!point.vault.equals(Tables.needed(on, "vault_id"))) {
            return Optional.of("the anchor " + file + " is of another vault");
        }
        var line =
                on.first(
                        "SELECT line FROM audit WHERE seq = ?", row -> row.getString(1), point.seq);
        if (line.isEmpty()) {
            return Optional.of(
                    "the folder was taken back to an older state: it ends at line %d of the audit, and the anchor %s knows line %d"
                            .formatted(last(on).map(AuditLine::seq).orElse(0L), file, point.seq));
        }
        var same = AuditLine.parse(line.get()).map(AuditLine::hash).filter(point.hash::equals);
        return same.isPresent()
                ? Optional.empty()
                : Optional.of(
                        "line %d of the audit is another than the anchor %s knows: the folder was taken back to an older state and used since, or changed"
                                .formatted(point.seq, file));
    }

    private static Optional<AuditLine> last(Database on) throws SQLException {
        return on.first("SELECT line FROM audit ORDER BY seq DESC LIMIT 1", row -> row.getString(1))
                .flatMap(AuditLine::parse);
    }

    /// Returns whether the anchor may be written after the act: one that shows that the folder was
    /// taken back goes on showing it, until another is set.
    ///
    /// @throws KmException with the remedy when there is a fault
    static boolean check(Database on, Request request) throws SQLException {
        var fault = fault(on);
        if (fault.isPresent() && !ALLOWED.contains(request.act())) {
            throw new KmException(
                    fault.get()
                            + ". No act is done until it is right; mail is not affected. If the folder was taken back on purpose, use `postern km restore` with a backup, or set the anchor anew with `postern km anchor FILE`");
        }
        return fault.isEmpty() || request.act().equals("anchor");
    }

    /// Writes the end of the audit, if there is an anchor.
    ///
    /// @throws KmException when it can't be written
    static void write(Database on) throws SQLException {
        var file = Tables.meta(on, SETTING).map(Path::of);
        var line = last(on);
        if (file.isEmpty() || line.isEmpty()) {
            return;
        }
        var text =
                "postern-km-anchor-1 %s %d %s\n"
                        .formatted(
                                Tables.needed(on, "vault_id"), line.get().seq(), line.get().hash());
        var beside = file.get().resolveSibling(file.get().getFileName() + ".new");
        try {
            Files.writeString(beside, text, StandardCharsets.US_ASCII);
            try (var channel =
                    java.nio.channels.FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    beside,
                    file.get(),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new KmException(
                    "the anchor %s can't be written (%s): see to its disk, or set another with `postern km anchor FILE`"
                            .formatted(file.get(), e),
                    e);
        }
    }
}
