package io.postern.auth.published;

import io.postern.auth.text.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was found so far. Confined to one check.
final class Findings {
    /// A stranger's records must not fill a screen for each of their terms.
    private static final int MOST_OF_TOPIC = 40;

    private final List<Finding> all = new ArrayList<>();

    void ok(Topic topic, String words) {
        add(Level.OK, topic, words, Optional.empty());
    }

    void advice(Topic topic, String words) {
        add(Level.ADVICE, topic, words, Optional.empty());
    }

    void advice(Topic topic, String words, String record) {
        add(Level.ADVICE, topic, words, Optional.of(record));
    }

    void unknown(Topic topic, String what, String why) {
        add(
                Level.UNKNOWN,
                topic,
                what + " can't be looked up: " + Visible.of(why),
                Optional.empty());
    }

    void warning(Topic topic, String words) {
        add(Level.WARNING, topic, words, Optional.empty());
    }

    void warning(Topic topic, String words, String record) {
        add(Level.WARNING, topic, words, Optional.of(record));
    }

    void error(Topic topic, String words) {
        add(Level.ERROR, topic, words, Optional.empty());
    }

    void error(Topic topic, String words, String record) {
        add(Level.ERROR, topic, words, Optional.of(record));
    }

    void add(Level level, Topic topic, String words, Optional<String> record) {
        if (all.stream().filter(one -> one.topic() == topic).count() < MOST_OF_TOPIC) {
            all.add(new Finding(level, topic, words, record));
        }
    }

    /// Whether something about the topic is that bad, or worse.
    boolean has(Topic topic, Level level) {
        return all.stream()
                .anyMatch(one -> one.topic() == topic && one.level().compareTo(level) >= 0);
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
