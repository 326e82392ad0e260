package io.postern.cli;

import io.postern.auth.published.Finding;
import io.postern.auth.published.Level;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What was found out about a domain; also its JSON.
///
/// @param domain in A-labels
/// @param result the worst of the levels: ok, advice, unknown, warning, error
record DomainView(String domain, String result, List<One> findings) {
    /// One finding.
    ///
    /// @param record a line of a zone file to publish
    record One(String level, String topic, String words, Optional<String> record) {}

    static DomainView of(String domain, List<Finding> findings) {
        return new DomainView(
                domain,
                word(findings.stream().map(Finding::level).reduce(Level.OK, DomainView::worse)),
                findings.stream()
                        .map(one ->
                                new One(
                                        word(one.level()),
                                        one.topic().word(),
                                        one.words(),
                                        one.record()))
                        .toList());
    }

    private static Level worse(Level one, Level other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    int count(Level level) {
        return (int) findings.stream().filter(one -> one.level().equals(word(level))).count();
    }

    /// For scripts: faults first, then what is not known.
    int exitCode() {
        if (count(Level.WARNING) + count(Level.ERROR) > 0) {
            return Failure.NOT;
        }
        return count(Level.UNKNOWN) > 0 ? Failure.LATER : 0;
    }
}
