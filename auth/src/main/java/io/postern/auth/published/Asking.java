package io.postern.auth.published;

import io.postern.dns.Aliases;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/// The DNS as one check sees it: each question is asked once, and there is an end to the number of
/// them and to the time. Confined to one check.
final class Asking implements Resolver, Aliases {
    /// A domain of good will needs fifty.
    static final int QUESTIONS = 400;

    static final Duration TIME = Duration.ofSeconds(60);

    private record Question(String type, String name) {}

    private final Resolver resolver;
    private final Aliases aliases;
    private final InstantSource clock;
    private final Instant end;
    private final Map<Question, Answer<?>> known = new HashMap<>();

    Asking(Resolver resolver, Aliases aliases, InstantSource clock) {
        this.resolver = resolver;
        this.aliases = aliases;
        this.clock = clock;
        end = clock.instant().plus(TIME);
    }

    @SuppressWarnings("unchecked") // a question's type says what its answer has
    private <T> Answer<T> ask(String type, String name, Supplier<Answer<T>> ask) {
        var question = new Question(type, name.toLowerCase(Locale.ROOT));
        var before = known.get(question);
        if (before != null) {
            return (Answer<T>) before;
        }
        if (known.size() >= QUESTIONS) {
            return new Answer.TemporaryFailure<>(
                    "not asked, " + QUESTIONS + " questions were enough");
        }
        if (!clock.instant().isBefore(end)) {
            return new Answer.TemporaryFailure<>(
                    "not asked, after " + TIME.toSeconds() + " seconds");
        }
        var answer = ask.get();
        known.put(question, answer);
        return answer;
    }

    @Override
    public Answer<String> txt(String name) {
        return ask("TXT", name, () -> resolver.txt(name));
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return ask("MX", name, () -> resolver.mx(name));
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return ask("A", name, () -> resolver.a(name));
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return ask("AAAA", name, () -> resolver.aaaa(name));
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return ask("PTR", address.getHostAddress(), () -> resolver.ptr(address));
    }

    @Override
    public Answer<String> cname(String name) {
        return ask("CNAME", name, () -> aliases.cname(name));
    }
}
