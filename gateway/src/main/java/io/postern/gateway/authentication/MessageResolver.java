package io.postern.gateway.authentication;

import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.gateway.lookups.Lookups;
import io.postern.gateway.lookups.Lookups.Lookup;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// The DNS as the authentication of one message sees it: each question is asked once, whoever wants
/// to know; all are answered before one deadline, or count as a temporary failure; and what was
/// asked and answered can be told afterwards. Safe for many threads.
final class MessageResolver implements Resolver {
    /// Some ten times what an ordinary message needs. RFC 7208 §4.6.4 lets SPF alone ask more than
    /// a hundred, which nobody of good will does.
    private static final int QUESTIONS = 100;

    /// A question.
    ///
    /// @param type such as `TXT`
    private record Question(String type, String name) {}

    /// A question and what came of it.
    ///
    /// @param answer a temporary failure when none came in time
    record Asked(String type, String name, Answer<?> answer) {}

    private final Resolver resolver;
    private final Lookups lookups;
    private final Map<Question, Lookup<Answer<?>>> asked = new LinkedHashMap<>();
    private long until;
    private boolean closed;

    MessageResolver(Resolver resolver, Lookups lookups, Duration deadline) {
        this.resolver = resolver;
        this.lookups = lookups;
        this.until = System.nanoTime() + deadline.toNanos();
    }

    /// Questions that begin from now on have this long.
    synchronized void extend(Duration deadline) {
        until = System.nanoTime() + deadline.toNanos();
    }

    /// Nobody will want an answer any more: nothing is asked from now on.
    synchronized void close() {
        closed = true;
    }

    /// Begins to look a name up that will be asked for soon.
    void prefetchTxt(String name) {
        var _ = lookup("TXT", name, () -> resolver.txt(name));
    }

    /// Counts as asked, if it is known.
    @Override
    public synchronized Optional<Answer<String>> keptTxt(String name) {
        var question = new Question("TXT", normal(name));
        var known = asked.get(question);
        if (known == null) {
            var kept = kept(question.type(), name);
            kept.ifPresent(answer -> asked.put(question, Lookups.done(answer)));
            return kept;
        }
        // The question has the type in it, and each type has one kind of record.
        @SuppressWarnings("unchecked")
        var answer = (Answer<String>) known.now();
        return known.isDone() ? Optional.of(answer) : Optional.empty();
    }

    private Optional<Answer<String>> kept(String type, String name) {
        return type.equals("TXT") && asked.size() < QUESTIONS && !closed
                ? resolver.keptTxt(name)
                : Optional.empty();
    }

    /// What was asked so far and what came of it, in the order asked.
    synchronized List<Asked> asked() {
        var all = new ArrayList<Asked>(asked.size());
        asked.forEach((question, lookup) ->
                all.add(new Asked(question.type(), question.name(), lookup.now())));
        return all;
    }

    private synchronized Lookup<Answer<?>> lookup(
            String type, String name, Supplier<Answer<?>> ask) {
        var question = new Question(type, normal(name));
        var known = asked.get(question);
        if (known != null) {
            return known;
        }
        if (closed) {
            return Lookups.done(new Answer.TemporaryFailure<>("nobody waits for the answer"));
        }
        long left = Math.max(until - System.nanoTime(), 0);
        // No thread for what is known: most names of most messages are.
        var kept = kept(type, name);
        var begun =
                kept.isPresent()
                        ? Lookups.<Answer<?>>done(kept.get())
                        : asked.size() >= QUESTIONS
                                ? Lookups.<Answer<?>>done(
                                        new Answer.TemporaryFailure<>(
                                                "more than "
                                                        + QUESTIONS
                                                        + " questions for one message"))
                                : lookups.<Answer<?>>start(
                                        ask,
                                        new Answer.TemporaryFailure<>(
                                                "no answer within the deadline"),
                                        Duration.ofNanos(left));
        asked.put(question, begun);
        return begun;
    }

    private static String normal(String name) {
        var dotless = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return dotless.toLowerCase(Locale.ROOT);
    }

    private <T> Answer<T> answer(String type, String name, Supplier<Answer<?>> ask) {
        // The question has the type in it, and each type has one kind of record.
        @SuppressWarnings("unchecked")
        var answer = (Answer<T>) lookup(type, name, ask).get();
        return answer;
    }

    @Override
    public Answer<String> txt(String name) {
        return answer("TXT", name, () -> resolver.txt(name));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return answer("MX", name, () -> resolver.mx(name));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return answer("A", name, () -> resolver.a(name));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return answer("AAAA", name, () -> resolver.aaaa(name));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return answer("PTR", address.getHostAddress(), () -> resolver.ptr(address));
    }
}
