package io.postern.auth.spf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.postern.testkit.Corpora;
import io.postern.testkit.FakeDns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The lines of libspf2's test programs, as jSPF has corrected them: which records are right, and
/// what macros stand for.
@DisplayName("RFC 7208 §12, §7.4: suites of libspf2")
class LibspfSuitesTest {
    private static final Pattern SPFTEST = Pattern.compile("spftest spf \"(.*)\"");
    private static final Pattern RECEIVED = Pattern.compile("rec-in\\s+jspf SPF record in:  (.*)");
    private static final Pattern ERROR = Pattern.compile("err-msg\\s+(jspf|/\\.\\*/) (.*)");

    private static final Map<String, String> EXCLUDED = Map.of();

    @TestFactory
    Stream<DynamicTest> records() {
        return Corpora.folder("spf/james-jspf").stream()
                .flatMap(folder -> blocks(folder.resolve("test_parser.txt")))
                .flatMap(block -> record(block).stream());
    }

    /// The first line for jSPF counts, or else the one for all.
    private static Optional<DynamicTest> record(List<String> block) {
        var test = SPFTEST.matcher(block.getFirst());
        if (!test.matches()) {
            return Optional.empty();
        }
        var text = test.group(1);
        var message = "";
        for (var line : block) {
            var received = RECEIVED.matcher(line);
            if (received.matches()) {
                text = received.group(1);
            }
            var error = ERROR.matcher(line);
            if (error.matches() && message.isEmpty()) {
                message = error.group(2);
            }
        }
        return Optional.of(test(text, message.equals("no errors")));
    }

    private static DynamicTest test(String text, boolean want) {
        var excluded = Optional.ofNullable(EXCLUDED.get(text));
        return DynamicTest.dynamicTest(
                excluded.map(_ -> "excluded: ").orElse("") + text,
                () -> {
                    boolean got =
                            SpfRecord.isOne(text)
                                    && SpfRecord.parse(text) instanceof SpfRecord.Parsed.Ok;
                    if (excluded.isEmpty()) {
                        assertEquals(want, got, text);
                    } else if (got == want) {
                        fail("agrees now, so it must not be excluded: " + excluded.get());
                    }
                });
    }

    private static final Pattern QUERY =
            Pattern.compile(
                    "spfquery -default-explanation=\"(.*)\" -ip=(\\S+) -sender=(\\S+) -helo (\\S+)");

    private static final Pattern COMMENT = Pattern.compile("smtp-comment\\s+/\\.\\*/ (.*)");

    @TestFactory
    Stream<DynamicTest> examples() {
        return Corpora.folder("spf/james-jspf").stream()
                .flatMap(folder -> blocks(folder.resolve("test_rfc_examples.txt")))
                .flatMap(block -> example(block).stream());
    }

    private static Optional<DynamicTest> example(List<String> block) {
        var query = QUERY.matcher(block.getFirst());
        var comment = COMMENT.matcher(block.getLast());
        if (!query.matches() || !comment.matches()) {
            return Optional.empty();
        }
        var dns =
                FakeDns.zone(
                        Checking.txt("email.example.com", "v=spf1 -all exp=why.example.com")
                                + Checking.txt("why.example.com", query.group(1))
                                + "3.2.0.192.in-addr.arpa. PTR mx.example.org.\n"
                                + "mx.example.org. A 192.0.2.3\n");
        var result = Checking.mailFrom(dns, query.group(2), query.group(4), query.group(3));
        return Optional.of(
                DynamicTest.dynamicTest(
                        query.group(1) + " " + query.group(2),
                        () ->
                                // The case of nibbles is ours; openspf has them in upper case.
                                assertEquals(
                                        comment.group(1),
                                        result.explanation().orElse("").toLowerCase(Locale.ROOT),
                                        result::toString)));
    }

    /// The commands, each with the lines that say what must come.
    private static Stream<List<String>> blocks(Path file) {
        var blocks = new ArrayList<List<String>>();
        try {
            for (var line : Files.readAllLines(file)) {
                if (line.startsWith("spf")) {
                    blocks.add(new ArrayList<>(List.of(line)));
                } else if (!blocks.isEmpty() && !line.isBlank() && !line.startsWith("#")) {
                    blocks.getLast().add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return blocks.stream();
    }
}
