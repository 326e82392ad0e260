package io.postern.gateway.rules;

/// What conditions may look at, for the manual: made from the code that reads them.
public final class RulesReference {
    private RulesReference() {}

    /// The table of facts, in Markdown.
    public static String facts() {
        var table = new StringBuilder("| fact | form | known | what it is |\n|---|---|---|---|\n");
        for (var fact : Fact.values()) {
            table.append("| `")
                    .append(fact.word())
                    .append("` | ")
                    .append(fact.form().words())
                    .append(" | ")
                    .append(fact.known().words())
                    .append(" | ")
                    .append(fact.doc())
                    .append(" |\n");
        }
        return table.toString();
    }
}
