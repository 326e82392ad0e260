package io.postern.cli;

import io.postern.admin.Json;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.SignOptions;
import io.postern.gateway.config.Config;
import io.postern.gateway.takeover.Comparison;
import io.postern.gateway.takeover.Comparison.Compared;
import io.postern.gateway.takeover.Comparison.Verdict;
import io.postern.gateway.takeover.Takeover;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Shows how sample messages were signed, and how they would be.
final class ImportComparison {
    private static final int MOST_MESSAGES = 100_000;

    private final Io io;
    private final Comparison comparison;
    private final boolean json;

    ImportComparison(Io io, Takeover takeover, Config config, boolean json) {
        this.io = io;
        this.comparison = new Comparison(takeover, config);
        this.json = json;
    }

    /// One message.
    record Line(String file, String verdict, Compared signatures) {}

    /// @param counts by verdict
    /// @param unreadable files that hold no message, and why
    record Report(List<Line> messages, Map<Verdict, Integer> counts, List<String> unreadable) {}

    /// Compares and prints.
    ///
    /// @return 0, whatever it finds; 1 when no file is a message
    int run(List<Path> named) {
        var lines = new ArrayList<Line>();
        var unreadable = new ArrayList<String>();
        var counts = new EnumMap<Verdict, Integer>(Verdict.class);
        for (var file : files(named)) {
            try {
                var compared = compare(file);
                counts.merge(compared.verdict(), 1, Integer::sum);
                lines.add(new Line(file.toString(), compared.verdict().words(), compared));
            } catch (Failure e) {
                // One odd file among many samples must not hide the others.
                unreadable.add(Table.printable(String.valueOf(e.getMessage())));
            }
        }
        if (lines.isEmpty() && unreadable.isEmpty()) {
            throw Failure.of("there is no message to compare", "name some, or a folder of them");
        }
        if (json) {
            io.line(Json.pretty(new Report(lines, counts, unreadable)));
        } else {
            lines.forEach(this::print);
            summary(lines.size(), counts);
        }
        unreadable.forEach(why -> io.err().println("postern: passed over: " + why));
        return lines.isEmpty() ? Failure.NOT : 0;
    }

    private Compared compare(Path file) {
        var hasher = BodyHasher.of(SignOptions.STANDARD);
        try (var content = Inputs.message(io, file, hasher::update)) {
            return comparison.compare(content, hasher.finish().getFirst(), io.clock().instant());
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }

    /// The files of folders in their order; not those of folders in them.
    private List<Path> files(List<Path> named) {
        var files = new ArrayList<Path>();
        for (var name : named) {
            if (!Files.isDirectory(io.file(name))) {
                files.add(name);
                continue;
            }
            var inside = new ArrayList<Path>();
            try (var found = Files.newDirectoryStream(io.file(name), Files::isRegularFile)) {
                for (var one : found) {
                    if (inside.size() >= MOST_MESSAGES) {
                        throw Failure.of(
                                name + " has more than 100,000 messages", "name fewer of them");
                    }
                    inside.add(name.resolve(one.getFileName()));
                }
            } catch (IOException e) {
                throw Inputs.unreadable(name, e);
            } catch (DirectoryIteratorException e) {
                throw Inputs.unreadable(name, new IOException(e));
            }
            inside.sort(null);
            files.addAll(inside);
        }
        return files;
    }

    private void print(Line line) {
        var one = line.signatures();
        io.line(Table.printable(line.file()) + ": " + line.verdict());
        io.line("  before  " + joined(one.before()));
        io.line(
                "  after   "
                        + joined(one.after())
                        + (one.why().isEmpty() ? "" : " (" + Table.printable(one.why()) + ")"));
        if (!one.after().isEmpty()) {
            io.line(
                    one.verified().containsAll(one.after())
                            ? "  verifies with the record of the old key"
                            : "  does NOT verify with the record of the old key");
        }
    }

    private static String joined(List<String> names) {
        return names.isEmpty() ? "unsigned" : Table.printable(String.join(", ", names));
    }

    private void summary(int messages, Map<Verdict, Integer> counts) {
        var parts = new ArrayList<String>();
        counts.forEach((verdict, count) -> parts.add(count + " " + verdict.words()));
        io.line("");
        io.line(Words.count(messages, "message", "messages") + ": " + String.join(", ", parts));
    }
}
