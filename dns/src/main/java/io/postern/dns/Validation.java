package io.postern.dns;

import com.github.benmanes.caffeine.cache.Cache;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/// The validation of one answer, with all the questions for keys and delegations that it takes,
/// before one deadline.
///
/// dnsjava's validator hands out futures and asks through the resolver below it, which is this one:
/// questions and continuations are put into a queue, and the thread that wants to know works them
/// off. So no other thread blocks, and when the deadline comes nothing goes on. Each validation has
/// a validator of its own, because a shared one could not tell whose deadline a question has.
final class Validation implements org.xbill.DNS.Resolver {
    /// Questions for one answer. An IPv6 address reversed has 34 labels, each asked for a
    /// delegation.
    private static final int QUESTIONS = 60;

    /// Characters of a reason, which may have whole records in it.
    private static final int REASON = 200;

    sealed interface Outcome {
        /// NOERROR or NXDOMAIN.
        ///
        /// @param secure whether all of the message is validated; otherwise the first name on the
        ///   way to the answer that is not is in a zone proven to be unsigned, and the names behind
        ///   it are not judged
        record Judged(Message message, boolean secure) implements Outcome {}

        record None(String why) implements Outcome {}
    }

    private final Servers servers;
    private final Dnssec.Validate settings;
    private final Cache<Validator.Key, Message> replies;
    private final long until;
    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final Set<Validator.Key> used = new HashSet<>();
    private int asked;
    private @Nullable String failure;

    Validation(
            Servers servers,
            Dnssec.Validate settings,
            Cache<Validator.Key, Message> replies,
            long until) {
        this.servers = servers;
        this.settings = settings;
        this.replies = replies;
        this.until = until;
    }

    Outcome run(Name name, int type) {
        var validator = new ValidatingResolver(this, settings.clock());
        validator.getTrustAnchors().clear();
        settings.anchors().sets().forEach(validator.getTrustAnchors()::store);
        var query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        var result = validator.sendAsync(query, work::add).toCompletableFuture();
        var _ = result.whenComplete((_, _) -> work.add(() -> {}));
        try {
            while (!result.isDone()) {
                var next = work.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return new Outcome.None("no answer in time");
                }
                next.run();
            }
            return outcome(result.join());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Outcome.None("interrupted");
        } catch (CompletionException e) {
            // Besides our own failures: whatever the validator throws at hostile records.
            return new Outcome.None(failure != null ? failure : "bogus: " + e.getCause());
        }
    }

    private Outcome outcome(Message judged) {
        if (judged.getHeader().getFlag(Flags.AD)) {
            return new Outcome.Judged(judged, true);
        }
        // The validator says "insecure" to some proofs that it could not finish.
        if (failure != null) {
            return new Outcome.None(failure);
        }
        int code = judged.getRcode();
        var why = reason(judged);
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            // What is kept may be what was forged.
            used.forEach(replies::invalidate);
            return new Outcome.None("bogus: " + (why.isEmpty() ? Rcode.string(code) : why));
        }
        boolean positive = !judged.getSection(Section.ANSWER).isEmpty();
        return positive || !why.isEmpty()
                ? new Outcome.Judged(judged, false)
                : new Outcome.None("bogus: neither signed nor proven to be unsigned");
    }

    private static String reason(Message judged) {
        return judged.getSection(Section.ADDITIONAL).stream()
                .filter(r -> r.getDClass() == ValidatingResolver.VALIDATION_REASON_QCLASS)
                .filter(TXTRecord.class::isInstance)
                .map(r -> String.join("", ((TXTRecord) r).getStrings()))
                .map(why -> why.length() > REASON ? why.substring(0, REASON) : why)
                .findFirst()
                .orElse("");
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
        var reply = new CompletableFuture<Message>();
        work.add(() -> {
            try {
                reply.complete(reply(query.getQuestion()));
            } catch (IOException e) {
                failure = e.getMessage();
                reply.completeExceptionally(e);
            }
        });
        return reply;
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query) {
        return sendAsync(query, Runnable::run);
    }

    private Message reply(Record question) throws IOException {
        var key = Validator.Key.of(question);
        boolean kept = key.type() == Type.DS || key.type() == Type.DNSKEY;
        var known = kept ? replies.getIfPresent(key) : null;
        if (known == null) {
            if (++asked > QUESTIONS) {
                throw new IOException("more than " + QUESTIONS + " questions to validate one");
            }
            known =
                    switch (servers.ask(question.getName(), question.getType(), until)) {
                        case Servers.Reply.None(var why) ->
                                throw new IOException(asked == 1 ? why : key + ": " + why);
                        case Servers.Reply.Usable(var message, _) -> Relevant.of(message, question);
                    };
            if (kept) {
                replies.put(key, known);
            }
        }
        used.add(key);
        // The validator changes the header of what it gets.
        return known.clone();
    }

    @Override
    public void setPort(int port) {}

    @Override
    public void setTCP(boolean flag) {}

    @Override
    public void setIgnoreTruncation(boolean flag) {}

    @Override
    public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

    @Override
    public void setTSIGKey(@Nullable TSIG key) {}

    @Override
    public void setTimeout(Duration timeout) {}
}
