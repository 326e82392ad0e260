package io.postern.gateway.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where each key of a TOML text stands. The parser checks the syntax but does not keep places.
///
/// Keys are found line by line: a table header, or a key before an equals sign. A key inside an
/// inline table or a multi-line value has the place of the line that opens it.
final class KeyPlaces {
    private static final Pattern TABLE = Pattern.compile("\\s*\\[\\s*([A-Za-z0-9_.-]+)\\s*].*");
    private static final Pattern ARRAY_TABLE =
            Pattern.compile("\\s*\\[\\[\\s*([A-Za-z0-9_.-]+)\\s*]].*");
    private static final Pattern KEY = Pattern.compile("(\\s*)([A-Za-z0-9_.-]+)\\s*=.*");

    private final Map<String, String> places = new HashMap<>();

    KeyPlaces(String text) {
        var counts = new HashMap<String, Integer>();
        String table = "";
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            var array = ARRAY_TABLE.matcher(line);
            var plain = TABLE.matcher(line);
            var key = KEY.matcher(line);
            if (array.matches()) {
                int index = counts.merge(array.group(1), 1, Integer::sum) - 1;
                table = array.group(1) + "[" + index + "]";
                places.putIfAbsent(table, number + ":" + (line.indexOf('[') + 1));
            } else if (plain.matches()) {
                table = plain.group(1);
                places.putIfAbsent(table, number + ":" + (line.indexOf('[') + 1));
            } else if (key.matches()) {
                String path = table.isEmpty() ? key.group(2) : table + "." + key.group(2);
                places.putIfAbsent(path, number + ":" + (key.group(1).length() + 1));
            }
        }
    }

    /// `line:column` of a path such as `listener[0].address`, or of the nearest thing around it.
    Optional<String> of(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            String place = places.get(at);
            if (place != null) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    private static String parent(String path) {
        return path.substring(
                0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }
}
