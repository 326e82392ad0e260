package io.postern.smtp.server;

import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.smtp.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A gateway that keeps what it is given, and does as the local part of an address says.
///
/// `refuse-…` is refused 550, `later-…` 451, `close-…` 421 and closed, `throw-…` throws. A
/// transaction to `datarefuse-…` is refused at DATA, one to `writethrow-…` or `finishthrow-…` gets
/// a sink that throws then, one to `full-…` a 452 at the end.
final class Recorder {
    /// A message that was answered 250.
    record Taken(SessionFacts facts, Envelope envelope, String content) {}

    final ConcurrentLinkedQueue<Taken> taken = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> closed = new ConcurrentLinkedQueue<>();
    final AtomicInteger sinks = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final AtomicInteger abandoned = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();

    /// Transactions whose MAIL was agreed to and whose end was not told yet.
    final AtomicInteger open = new AtomicInteger();

    volatile Duration hold = Duration.ZERO;
    final Map<String, Reply> probes = new ConcurrentHashMap<>();

    SessionHandler handler() {
        return new Handler();
    }

    List<Taken> messages() {
        return new ArrayList<>(taken);
    }

    private final class Handler implements SessionHandler {
        private boolean over;
        private boolean inTransaction;

        @Override
        public Verdict connected(SessionFacts facts) {
            return new Verdict.Go();
        }

        @Override
        public Duration hold(SessionFacts facts) {
            return hold;
        }

        @Override
        public Optional<Reply> probed(SessionFacts facts, String verb) {
            return Optional.ofNullable(probes.get(verb));
        }

        @Override
        public Verdict helo(SessionFacts facts) {
            return verdict(facts.heloName().orElse(""));
        }

        @Override
        public Verdict mail(SessionFacts facts, Envelope envelope, long declaredSize) {
            var verdict = verdict(envelope.reversePath().toString());
            if (verdict instanceof Verdict.Go) {
                if (inTransaction) {
                    throw new AssertionError("the end of a transaction was not told");
                }
                inTransaction = true;
                open.incrementAndGet();
            }
            return verdict;
        }

        @Override
        public void ended(SessionFacts facts) {
            if (!inTransaction) {
                throw new AssertionError("a transaction ended that never began");
            }
            leave();
        }

        private void leave() {
            if (inTransaction) {
                inTransaction = false;
                open.decrementAndGet();
            }
        }

        @Override
        public Verdict rcpt(SessionFacts facts, Envelope soFar, EnvelopeRecipient recipient) {
            return verdict(recipient.path().toString());
        }

        private Verdict verdict(String text) {
            if (text.contains("refuse-") && !text.contains("datarefuse-")) {
                return new Verdict.Refuse(Reply.of(550, "5.7.1", "no\r\n250 injected"));
            }
            if (text.contains("later-")) {
                return new Verdict.Refuse(Reply.of(451, "4.7.1", "later"));
            }
            if (text.contains("close-")) {
                return new Verdict.Close(Reply.of(421, "4.7.0", "go away"));
            }
            if (text.contains("throw-") && !text.contains("ethrow-") && !text.contains("hthrow-")) {
                throw new IllegalStateException("thrown by the handler");
            }
            return new Verdict.Go();
        }

        @Override
        public DataStart data(SessionFacts facts, Envelope envelope) {
            if (envelope.recipients().toString().contains("datarefuse-")) {
                return new DataStart.Refuse(Reply.of(554, "5.7.1", "not this"));
            }
            sinks.incrementAndGet();
            return new DataStart.Go(new Sink(facts, envelope));
        }

        @Override
        public void closed(SessionFacts facts, String reason) {
            if (over) {
                throw new AssertionError("closed twice");
            }
            over = true;
            leave();
            closed.add(reason);
        }
    }

    private final class Sink implements DataSink {
        private final SessionFacts facts;
        private final Envelope envelope;
        private final String to;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private boolean over;

        Sink(SessionFacts facts, Envelope envelope) {
            this.facts = facts;
            this.envelope = envelope;
            to = envelope.recipients().toString();
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            if (over) {
                throw new AssertionError("written to after the end");
            }
            if (to.contains("writethrow-")) {
                throw new IllegalStateException("thrown by the sink in write");
            }
            content.write(octets, offset, length);
            most.accumulateAndGet(content.size(), Math::max);
        }

        @Override
        public Reply finish() {
            end();
            finished.incrementAndGet();
            if (to.contains("finishthrow-")) {
                throw new IllegalStateException("thrown by the sink in finish");
            }
            if (to.contains("full-")) {
                return Reply.of(452, "4.3.1", "disk full");
            }
            taken.add(new Taken(facts, envelope, content.toString(StandardCharsets.ISO_8859_1)));
            return Reply.of(250, "2.0.0", "kept");
        }

        @Override
        public void abandon() {
            end();
            abandoned.incrementAndGet();
        }

        private void end() {
            if (over) {
                throw new AssertionError("ended twice");
            }
            over = true;
        }
    }
}
