package io.postern.gateway.takeover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A value of UCL, rspamd's language for settings.
sealed interface Ucl {
    /// Text, number or truth value, as written.
    record Text(String text, Place place) implements Ucl {}

    record Items(List<Ucl> items, Place place) implements Ucl {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// Names are as written; a name that stood twice has [Items], or one table of both.
    record Table(Map<String, Ucl> values, Place place) implements Ucl {
        public Table {
            values = new LinkedHashMap<>(values);
        }

        Optional<Ucl> get(String name) {
            return Optional.ofNullable(values.get(name));
        }

        Optional<Table> table(String name) {
            return get(name).filter(Table.class::isInstance).map(Table.class::cast);
        }

        Optional<Text> text(String name) {
            return get(name).flatMap(Ucl::last);
        }

        /// The same with another table's values over its own.
        Table with(Table other) {
            var merged = new LinkedHashMap<>(values);
            other.values.forEach((name, value) ->
                    merged.merge(
                            name,
                            value,
                            (mine, its) ->
                                    mine instanceof Table a && its instanceof Table b
                                            ? a.with(b)
                                            : its));
            return new Table(merged, place);
        }
    }

    Place place();

    /// A text, or the last one of several.
    private static Optional<Text> last(Ucl value) {
        return switch (value) {
            case Text text -> Optional.of(text);
            case Items items ->
                    items.items().isEmpty() ? Optional.empty() : last(items.items().getLast());
            case Table _ -> Optional.empty();
        };
    }

    /// The texts in a value, in order.
    static List<Text> texts(Ucl value) {
        var texts = new ArrayList<Text>();
        switch (value) {
            case Text text -> texts.add(text);
            case Items items -> items.items().forEach(item -> texts.addAll(texts(item)));
            case Table _ -> {
                // no text
            }
        }
        return texts;
    }

    /// Whether it says yes.
    static boolean yes(Text text) {
        return switch (text.text().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            default -> false;
        };
    }
}
