package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("docs/rfc2505.md")
class Rfc2505Test {
    private static final Path PAGE = Path.of("../docs/rfc2505.md");
    private static final Pattern SECTION = Pattern.compile("## §(2\\.\\d+) .*");
    private static final Pattern TEST =
            Pattern.compile("- `(io\\.postern\\.[A-Za-z0-9.]+)(?:#([A-Za-z0-9]+))?`(?: \\(.*\\))?");

    /// The tests that each section names.
    private static Map<String, List<String>> sections() throws IOException {
        var sections = new LinkedHashMap<String, List<String>>();
        var tests = new ArrayList<String>();
        for (var line : Files.readAllLines(PAGE)) {
            var section = SECTION.matcher(line);
            if (section.matches()) {
                tests = new ArrayList<>();
                sections.put(section.group(1), tests);
            } else if (line.startsWith("- `")) {
                assertTrue(TEST.matcher(line).matches(), "not `class#method`: " + line);
                tests.add(line);
            }
        }
        return sections;
    }

    @Test
    @DisplayName("has all thirteen recommendations in their order")
    void complete() throws IOException {
        var want = IntStream.rangeClosed(1, 13).mapToObj(number -> "2." + number).toList();
        assertEquals(want, List.copyOf(sections().keySet()));
    }

    @TestFactory
    @DisplayName("names tests that exist")
    Stream<DynamicTest> tests() throws IOException {
        return sections().entrySet().stream()
                .map(section ->
                        DynamicTest.dynamicTest(
                                "§" + section.getKey(),
                                () -> {
                                    assertTrue(!section.getValue().isEmpty(), "names no test");
                                    section.getValue().forEach(Rfc2505Test::assertExists);
                                }));
    }

    private static void assertExists(String line) {
        var test = TEST.matcher(line);
        assertTrue(test.matches(), line);
        var file = "src/test/java/" + test.group(1).replace('.', '/') + ".java";
        var source = source(file);
        assertTrue(!source.isEmpty(), "no such test class: " + line);
        var method = test.group(2);
        assertTrue(
                method == null
                        || Pattern.compile(
                                        "@(?:Test|ParameterizedTest|TestFactory)\\b[^;]{0,400}? "
                                                + method
                                                + "\\(")
                                .matcher(source)
                                .find()
                        || source.contains(" void " + method + "(Case c)"),
                "no such test: " + line);
    }

    private static String source(String file) {
        try (var modules = Files.list(Path.of(".."))) {
            var found =
                    modules.map(module -> module.resolve(file)).filter(Files::exists).findFirst();
            return found.isPresent() ? Files.readString(found.get()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
