package io.postern.km.audit;

import io.postern.km.secret.KmException;
import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Looks for what was changed, cut off or taken back in an audit.
public final class AuditVerification {
    private static final int MOST_FAULTS = 20;

    private AuditVerification() {}

    /// What was found.
    ///
    /// @param lines how many there are
    /// @param head hash of the last one; zeros when there is none
    /// @param checkpoints how many signatures were looked at
    /// @param faults none when all is well; each names the line, at most twenty
    /// @param notes what is worth knowing and no fault
    public record Result(
            long lines, String head, int checkpoints, List<String> faults, List<String> notes) {
        public Result {
            faults = List.copyOf(faults);
            notes = List.copyOf(notes);
        }
    }

    /// Verifies the chain of the database, the file against it, the checkpoints, and that a head
    /// which was kept elsewhere is in the chain.
    ///
    /// @param lines of the database, in order
    /// @param head that somebody kept; empty for none
    public static Result verify(
            String vault,
            List<String> lines,
            AuditFile file,
            List<Checkpoint> checkpoints,
            PublicKey key,
            Optional<String> head) {
        var faults = new ArrayList<String>();
        var hashes = new HashMap<Long, String>();
        var prev = AuditLine.NOTHING;
        long seq = 0;
        for (var text : lines) {
            seq++;
            var line = AuditLine.parse(text);
            if (line.isEmpty()) {
                faults.add("line " + seq + " of the database was changed: it is not one of ours");
            } else if (line.get().seq() != seq) {
                faults.add(
                        "line %d of the database is missing: line %d is in its place"
                                .formatted(seq, line.get().seq()));
            } else if (!line.get().prev().equals(prev)) {
                faults.add(
                        "line %d of the database does not follow on line %d: one of them was changed"
                                .formatted(seq, seq - 1));
            }
            prev = AuditLine.hash(text);
            hashes.put(seq, prev);
        }
        var notes = new ArrayList<String>();
        compare(lines, file, faults, notes);
        for (var checkpoint : checkpoints) {
            var hash = hashes.get(checkpoint.seq());
            if (hash == null) {
                faults.add(
                        "a checkpoint signs line %d, which is gone: the end was cut off"
                                .formatted(checkpoint.seq()));
            } else if (!hash.equals(checkpoint.hash())) {
                faults.add(
                        "the checkpoint of line %d was signed over another line: the lines up to it were rewritten"
                                .formatted(checkpoint.seq()));
            } else if (!checkpoint.fits(vault, key)) {
                faults.add(
                        "the checkpoint of line %d is not signed by the audit key"
                                .formatted(checkpoint.seq()));
            }
        }
        if (seq > 0 && checkpoints.stream().noneMatch(point -> point.seq() == hashes.size())) {
            faults.add("the last line has no checkpoint: lines were added by another program");
        }
        var kept = head;
        if (kept.isPresent() && !hashes.containsValue(kept.get())) {
            faults.add(
                    "the head %s that was kept is not in the chain: the folder was taken back to an older state, or is another vault's"
                            .formatted(kept.get()));
        }
        return new Result(
                seq, prev, checkpoints.size(), faults.stream().limit(MOST_FAULTS).toList(), notes);
    }

    private static void compare(
            List<String> lines, AuditFile file, List<String> faults, List<String> notes) {
        long seq = 0;
        try (var reader = file.lines()) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                seq++;
                if (seq > lines.size()) {
                    faults.add(
                            "%s has lines from %d on that the database has not: the database was taken back to an older state"
                                    .formatted(AuditFile.FILE, seq));
                    return;
                }
                if (!line.equals(lines.get((int) seq - 1))) {
                    faults.add(
                            "line %d of %s differs from the database: one of them was changed"
                                    .formatted(seq, AuditFile.FILE));
                }
            }
        } catch (IOException e) {
            throw new KmException(file.path() + " can't be read: " + e.getMessage(), e);
        }
        if (seq < lines.size()) {
            notes.add(
                    "%s ends at line %d, and the database at %d: the machine stopped there, or its end was cut off; the next act writes it again"
                            .formatted(AuditFile.FILE, seq, lines.size()));
        }
    }
}
