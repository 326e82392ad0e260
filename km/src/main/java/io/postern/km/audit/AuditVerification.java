package io.postern.km.audit;

import io.postern.km.secret.KmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks for what was changed, cut off or taken back in an audit, line by line: however long it is,
/// no more of it than a line is held.
public final class AuditVerification {
    private static final int MOST_FAULTS = 20;

    private final String vault;
    private final AuditFile file;
    private final Optional<String> kept;
    private final List<String> faults = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String prev = AuditLine.NOTHING;
    private long seq;
    private boolean keptSeen;

    private AuditVerification(String vault, AuditFile file, Optional<String> kept) {
        this.vault = vault;
        this.file = file;
        this.kept = kept;
    }

    /// What was found.
    ///
    /// @param lines how many there are
    /// @param head hash of the last one; zeros when there is none
    /// @param checkpoints how many signatures of the audit key were looked at
    /// @param cosignatures how many of the vault's own key were
    /// @param faults none when all is well; each names the line, at most twenty
    /// @param notes what is worth knowing and no fault
    public record Result(
            long lines,
            String head,
            int checkpoints,
            int cosignatures,
            List<String> faults,
            List<String> notes) {
        public Result {
            faults = List.copyOf(faults);
            notes = List.copyOf(notes);
        }

        /// The same with one more fault.
        public Result with(String fault) {
            var more = new ArrayList<>(faults);
            more.add(fault);
            return new Result(lines, head, checkpoints, cosignatures, more, notes);
        }
    }

    /// Signatures over lines.
    ///
    /// @param points in order of their lines
    /// @param key that they should be by; empty when it is not known, then there should be none
    public record Signed(Iterator<Checkpoint> points, Optional<PublicKey> key) {}

    /// Verifies the chain of the database, the file against it, the checkpoints, the vault's
    /// co-signatures, and that a head which was kept elsewhere is in the chain.
    ///
    /// @param vault its identifier
    /// @param lines of the database, in order
    /// @param checkpoints of the audit key, one for each act
    /// @param cosigned of the vault's key, one for each opening; they are over `cosigned/` and the
    ///   vault
    /// @param head that somebody kept; empty for none
    public static Result verify(
            String vault,
            Iterator<String> lines,
            AuditFile file,
            Signed checkpoints,
            Signed cosigned,
            Optional<String> head) {
        return new AuditVerification(vault, file, head).run(lines, checkpoints, cosigned);
    }

    private Result run(Iterator<String> lines, Signed checkpoints, Signed cosigned) {
        var points = new Points("checkpoint", "the audit key", vault, checkpoints);
        var others = new Points("co-signature", "the vault's key", "cosigned/" + vault, cosigned);
        try (var reader = file.lines()) {
            boolean compare = true;
            while (lines.hasNext()) {
                var text = lines.next();
                line(text);
                points.at();
                others.at();
                compare = compare && sameInFile(reader, text, lines);
            }
            if (compare && reader.readLine() != null) {
                fault(
                        "%s has lines from %d on that the database has not: the database was taken back to an older state"
                                .formatted(AuditFile.FILE, seq + 1));
            }
        } catch (IOException e) {
            throw new KmException(file.path() + " can't be read: " + e.getMessage(), e);
        }
        points.rest();
        others.rest();
        if (seq > 0 && points.last != seq) {
            fault("the last line has no checkpoint: lines were added by another program");
        }
        if (kept.isPresent() && !keptSeen) {
            fault(
                    "the head %s that was kept is not in the chain: the folder was taken back to an older state, or is another vault's"
                            .formatted(kept.get()));
        }
        return new Result(seq, prev, points.count, others.count, faults, notes);
    }

    private void fault(String text) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(text);
        }
    }

    private void line(String text) {
        seq++;
        var line = AuditLine.parse(text);
        if (line.isEmpty()) {
            fault("line " + seq + " of the database was changed: it is not one of ours");
        } else if (line.get().seq() != seq) {
            fault(
                    "line %d of the database is missing: line %d is in its place"
                            .formatted(seq, line.get().seq()));
        } else if (!line.get().prev().equals(prev)) {
            fault(
                    "line %d of the database does not follow on line %d: one of them was changed"
                            .formatted(seq, seq - 1));
        }
        prev = AuditLine.hash(text);
        keptSeen |= kept.isPresent() && kept.get().equals(prev);
    }

    /// Whether there may be more of the file to compare.
    private boolean sameInFile(BufferedReader reader, String text, Iterator<String> lines)
            throws IOException {
        var written = reader.readLine();
        if (written == null) {
            long last = seq - 1;
            long all = seq;
            // The number of the last line in the database is only known at its end.
            notes.add(
                    "%s ends at line %d, and the database goes on to line %d%s: the machine stopped there, or its end was cut off; the next act writes it again"
                            .formatted(
                                    AuditFile.FILE, last, all, lines.hasNext() ? " and more" : ""));
            return false;
        }
        if (!written.equals(text)) {
            fault(
                    "line %d of %s differs from the database: one of them was changed"
                            .formatted(seq, AuditFile.FILE));
        }
        return true;
    }

    /// One kind of signature, walked beside the lines.
    private final class Points {
        private final String what;
        private final String whose;
        private final String over;
        private final Signed signed;
        private @Nullable Checkpoint next;
        private int count;
        private long last;

        Points(String what, String whose, String over, Signed signed) {
            this.what = what;
            this.whose = whose;
            this.over = over;
            this.signed = signed;
            advance();
        }

        private void advance() {
            next = signed.points.hasNext() ? signed.points.next() : null;
        }

        /// Looks at those of the line that was just read.
        void at() {
            var point = next;
            while (point != null && point.seq() <= seq) {
                look(point);
                advance();
                point = next;
            }
        }

        private void look(Checkpoint point) {
            count++;
            last = point.seq();
            if (point.seq() < seq || !point.hash().equals(prev)) {
                fault(
                        "the %s of line %d was signed over another line: the lines up to it were rewritten"
                                .formatted(what, point.seq()));
            } else if (signed.key.isEmpty() || !point.fits(over, signed.key.get())) {
                fault("the %s of line %d is not signed by %s".formatted(what, point.seq(), whose));
            }
        }

        /// Looks at those of lines that are not there.
        void rest() {
            var point = next;
            while (point != null) {
                count++;
                last = point.seq();
                fault(
                        "a %s signs line %d, which is gone: the end was cut off"
                                .formatted(what, point.seq()));
                advance();
                point = next;
            }
        }
    }
}
