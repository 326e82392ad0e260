package io.postern.gateway.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where each key of a TOML text stands. The parser checks the syntax but does not keep places.
///
/// Keys are found line by line: a table header, or a key before an equals sign. A key inside an
/// inline table or a multi-line array has the place of the line that opens it. The lines of
/// multi-line strings are passed over: a condition may look like a table.
final class KeyPlaces {
    private static final Pattern TABLE = Pattern.compile("\\s*\\[\\s*([A-Za-z0-9_.-]+)\\s*].*");
    private static final Pattern ARRAY_TABLE =
            Pattern.compile("\\s*\\[\\[\\s*([A-Za-z0-9_.-]+)\\s*]].*");
    private static final Pattern KEY = Pattern.compile("(\\s*)([A-Za-z0-9_.-]+)\\s*=\\s*(.*)");

    /// @param place `line:column` of the key
    /// @param value offset in the text where the value begins; -1 for a table
    private record Found(String place, int value) {}

    private final String text;
    private final Map<String, Found> places = new HashMap<>();

    KeyPlaces(String text) {
        this.text = text;
        var counts = new HashMap<String, Integer>();
        String table = "";
        int number = 0;
        int begin = 0;
        while (begin <= text.length()) {
            number++;
            int end = lineEnd(begin);
            String line = text.substring(begin, end).stripTrailing(); // a CR, too
            var array = ARRAY_TABLE.matcher(line);
            var plain = TABLE.matcher(line);
            var key = KEY.matcher(line);
            if (array.matches()) {
                int index = counts.merge(array.group(1), 1, Integer::sum) - 1;
                table = array.group(1) + "[" + index + "]";
                add(table, number, line.indexOf('[') + 1, -1);
            } else if (plain.matches()) {
                table = plain.group(1);
                add(table, number, line.indexOf('[') + 1, -1);
            } else if (key.matches()) {
                String path = table.isEmpty() ? key.group(2) : table + "." + key.group(2);
                int value = begin + key.start(3);
                add(path, number, key.group(1).length() + 1, value);
                int after = TomlText.endOfMultiLine(text, value);
                number += lineBreaks(end, after);
                end = lineEnd(Math.max(end, after));
            }
            begin = end + 1;
        }
    }

    private void add(String path, int line, int column, int value) {
        places.putIfAbsent(path, new Found(line + ":" + column, value));
    }

    private int lineEnd(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private int lineBreaks(int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '\n') {
                count++;
            }
        }
        return count;
    }

    /// `line:column` of a path such as `listener[0].address`, or of the nearest thing around it.
    Optional<String> of(String path) {
        return nearest(path).map(Found::place);
    }

    /// A value that is a text, with the place of each of its characters.
    ///
    /// @param value what the parser made of it
    Passage passage(String path, String value, String file) {
        var found = Optional.ofNullable(places.get(path));
        var precise = found.flatMap(key -> TomlText.places(text, key.value(), value));
        return new Passage(
                value,
                file,
                precise.orElseGet(() ->
                        nearest(path).map(key -> new long[] {place(key)}).orElse(new long[0])));
    }

    private static long place(Found key) {
        var numbers = key.place().split(":", 2);
        return Passage.place(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    private Optional<Found> nearest(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            var found = places.get(at);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private static String parent(String path) {
        return path.substring(
                0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }
}
