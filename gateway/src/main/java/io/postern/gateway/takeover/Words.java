package io.postern.gateway.takeover;

import java.util.ArrayList;
import java.util.List;

/// Takes lines apart.
final class Words {
    private Words() {}

    /// What stands between any of the separators, without white space around it; empty ones are
    /// left out.
    static List<String> of(String text, String separators) {
        var words = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || separators.indexOf(text.charAt(i)) >= 0) {
                var word = text.substring(from, i).strip();
                if (!word.isEmpty()) {
                    words.add(word);
                }
                from = i + 1;
            }
        }
        return words;
    }

    /// @param value all behind the white space after the key; may be empty
    record Pair(String key, String value) {}

    static Pair pair(String line) {
        var text = line.strip();
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return new Pair(text.substring(0, end), text.substring(end).strip());
    }
}
