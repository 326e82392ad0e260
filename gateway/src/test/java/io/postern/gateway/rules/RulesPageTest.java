package io.postern.gateway.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/rules.md")
class RulesPageTest {
    private static final Path PAGE = Path.of("..", "docs", "rules.md");

    @Test
    @DisplayName("has the table of facts that the code has")
    void facts() throws Exception {
        var page = Files.readString(PAGE);
        assertEquals(RulesReference.facts(), between(page, "<!-- facts -->\n", "<!-- /facts -->"));
    }

    @Test
    @DisplayName("has examples that can be used as they stand")
    void examples() throws Exception {
        var page = Files.readString(PAGE);
        var example = between(page, "```toml\n", "```").replace("\"inbound\"", "\"outbound\"");
        assertEquals(4, Rules.of(Scene.config(example)).all().size());
    }

    private static String between(String page, String begin, String end) {
        int from = page.indexOf(begin) + begin.length();
        return page.substring(from, page.indexOf(end, from));
    }
}
