package io.postern.smtp.server;

import io.postern.smtp.Reply;
import io.postern.smtp.server.ContentScanner.Defect;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads content off the wire, by dots (DATA) or by count (BDAT). Confined to the session's thread.
///
/// What is wrong with content is found while it passes; the rest is read and thrown away, within
/// bounds, for only then does the client listen to a reply.
final class ContentReader {
    private static final Reply BARE =
            Reply.of(554, "5.6.11", "a CR or LF alone may not be in a message");
    private static final Reply NUL = Reply.of(554, "5.6.11", "a NUL may not be in a message");

    private final Wire wire;
    private final Limits limits;
    private final InstantSource clock;

    ContentReader(Wire wire, Limits limits, InstantSource clock) {
        this.wire = wire;
        this.limits = limits;
        this.clock = clock;
    }

    /// Reads the content after 354, to its end.
    ///
    /// @return why it is refused; empty when it is whole and in the sink
    /// @throws SessionEnd when the session can't go on: the sink is abandoned by the caller
    Optional<Reply> data(Intake intake) throws SessionEnd {
        var scanner = ContentScanner.data(intake);
        var pace = new Pace(limits, clock);
        long octets = 0;
        while (!scanner.ended()) {
            if (wire.position() == wire.end() && !wire.fillForContent(pace.patience(octets))) {
                throw Wire.timedOut();
            }
            int from = wire.position();
            wire.usedTo(scanner.scan(wire.buffer(), from, wire.end()));
            octets += wire.position() - from;
            if (scanner.defect() == Defect.BARE_CR_OR_LF) {
                intake.abandon();
                readOn(scanner);
                throw SessionEnd.telling(BARE, "bare CR or LF in DATA");
            }
            if (octets / 2 > limits.messageSize()) {
                throw SessionEnd.telling(tooBig(), "content without end");
            }
        }
        return refusal(intake, scanner.defect());
    }

    /// Reads on after a lone CR or LF: to the end of the content, or a pause, for a client to which
    /// it was the end now waits for our reply; but not for long.
    private void readOn(ContentScanner scanner) throws SessionEnd {
        long until = System.nanoTime() + 5 * limits.linger().toNanos();
        while (!scanner.ended() && System.nanoTime() - until < 0) {
            if (wire.position() == wire.end() && !wire.fillForContent(limits.linger())) {
                return;
            }
            wire.usedTo(scanner.scan(wire.buffer(), wire.position(), wire.end()));
        }
    }

    /// Reads one chunk into the content.
    ///
    /// @param scanner null for BINARYMIME, where every octet is allowed
    /// @return why it is refused; empty when it is in the sink
    Optional<Reply> chunk(Intake intake, @Nullable ContentScanner scanner, long size, boolean last)
            throws SessionEnd {
        if (scanner == null) {
            count(size, intake);
            return refusal(intake, Defect.NONE);
        }
        count(size, (octets, from, length) -> scanner.scan(octets, from, from + length));
        var defect = last ? scanner.defectAtEnd() : scanner.defect();
        if (defect == Defect.BARE_CR_OR_LF) {
            throw SessionEnd.telling(BARE, "bare CR or LF in BDAT");
        }
        return refusal(intake, defect);
    }

    /// Reads a chunk that is refused, and throws it away. RFC 3030 §2.
    void discard(long size, Reply reply) throws SessionEnd {
        if (size / 2 > limits.messageSize()) {
            throw SessionEnd.telling(reply, "a chunk too great to throw away");
        }
        count(size, (_, _, _) -> {});
    }

    private void count(long size, ContentScanner.Intake taker) throws SessionEnd {
        var pace = new Pace(limits, clock);
        long left = size;
        while (left > 0) {
            if (wire.position() == wire.end() && !wire.fillForContent(pace.patience(size - left))) {
                throw Wire.timedOut();
            }
            int from = wire.position();
            int length = (int) Math.min(left, wire.end() - from);
            taker.take(wire.buffer(), from, length);
            wire.usedTo(from + length);
            left -= length;
        }
    }

    private Optional<Reply> refusal(Intake intake, Defect defect) {
        if (intake.tooBig()) {
            return Optional.of(tooBig()); // RFC 1870 §6.3
        }
        return defect == Defect.NONE ? Optional.empty() : Optional.of(NUL);
    }

    private Reply tooBig() {
        return Reply.of(552, "5.3.4", "at most " + limits.messageSize() + " octets");
    }
}
