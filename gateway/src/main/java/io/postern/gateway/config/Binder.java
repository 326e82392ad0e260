package io.postern.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Turns a tree of values into the records of [Config], by their [Setting]s.
final class Binder {
    private final String file;
    private final Path folder;
    private final KeyPlaces places;

    Binder(String file, Path folder, KeyPlaces places) {
        this.file = file;
        this.folder = folder;
        this.places = places;
    }

    <T> T bind(JsonNode tree, Class<T> type) {
        return type.cast(record(tree, Shape.of(type).orElseThrow(), ""));
    }

    /// `line:column: ` of a path, for a message that the caller goes on with; empty when it stands
    /// nowhere.
    String place(String path) {
        return places.of(path).map(at -> at + ": ").orElse("");
    }

    private Object record(JsonNode node, Shape shape, String path) {
        if (!node.isObject() && !node.isMissingNode()) {
            throw wrong(path, "is a table, not a value");
        }
        node.fieldNames()
                .forEachRemaining(key -> {
                    if (!shape.keys().contains(key)) {
                        throw unknown(join(path, key), key, shape.keys());
                    }
                });
        var values = shape.entries().stream().map(entry -> value(node, entry, path)).toArray();
        try {
            return shape.maker().newInstance(values);
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException(shape.maker() + " can't be called", e);
        } catch (InvocationTargetException e) {
            throw wrong(path, "is refused: " + e.getCause());
        }
    }

    private Object value(JsonNode node, Shape.Entry entry, String path) {
        String key = entry.key();
        String at = join(path, key);
        var setting = entry.setting();
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            if (setting.required()) {
                throw wrong(path.isEmpty() ? key : path, "lacks " + key + ". " + setting.doc());
            }
            value = entry.otherwise();
        }
        Object bound = value(value, entry.type(), at);
        checkRange(bound, setting, at);
        return bound;
    }

    private Object value(JsonNode node, Type type, String path) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return node.isMissingNode()
                    ? Optional.empty()
                    : Optional.of(value(node, generic.getActualTypeArguments()[0], path));
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return list(node, generic.getActualTypeArguments()[0], path);
        }
        var plain = (Class<?>) type;
        return Shape.of(plain)
                .map(shape -> record(node, shape, path))
                .orElseGet(() -> scalar(node, plain, path));
    }

    private List<Object> list(JsonNode node, Type element, String path) {
        if (node.isMissingNode()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw wrong(path, "is a list: put the value in [ ]");
        }
        var values = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            values.add(value(node.get(i), element, path + "[" + i + "]"));
        }
        return List.copyOf(values);
    }

    private Object scalar(JsonNode node, Class<?> type, String path) {
        if (type == boolean.class) {
            return take(node.isBoolean(), node::booleanValue, path, "true or false");
        }
        if (type == int.class || type == Integer.class) {
            return take(
                    node.canConvertToInt() && node.isIntegralNumber(),
                    node::intValue,
                    path,
                    "a whole number");
        }
        if (!node.isTextual()) {
            throw wrong(path, "is a text: put it in quotation marks");
        }
        String text = node.textValue();
        if (type == String.class) {
            return text;
        }
        if (type == Passage.class) {
            return places.passage(path, text, file);
        }
        if (type == Path.class) {
            return folder.resolve(text).normalize();
        }
        if (type == Domain.class) {
            return or(Domain.parse(text), path, text, "a domain such as example.com");
        }
        if (type == Duration.class) {
            return or(
                    Durations.parse(text), path, text, "a span of time such as 30s, 5m, 4h or 5d");
        }
        if (type == ByteSize.class) {
            return or(ByteSize.parse(text), path, text, "a size such as 256 KiB or 50 MiB");
        }
        if (type == HostPort.class) {
            return or(
                    HostPort.parse(text),
                    path,
                    text,
                    "host:port such as 127.0.0.1:25 or [2001:db8::1]:25");
        }
        if (type == Network.class) {
            return or(
                    Network.parse(text),
                    path,
                    text,
                    "a network such as 192.0.2.0/24 or 2001:db8::/32");
        }
        if (type == RateLimit.class) {
            return or(
                    RateLimit.parse(text),
                    path,
                    text,
                    "an amount and a span such as 100/1m, 1 GiB/1d or 100/1h burst 500, at most a"
                            + " million millions in 1s to 31d");
        }
        if (type == AddressRange.class) {
            return or(
                    AddressRange.parse(text),
                    path,
                    text,
                    "an IPv4 address or range such as 127.0.0.2-127.0.0.11");
        }
        if (type == Reply.class) {
            return or(
                    Refusals.parse(text),
                    path,
                    text,
                    "a reply such as 550 5.7.1 not from there, 4yz with 4.y.z or 5yz with 5.y.z");
        }
        if (type.isEnum()) {
            return constant(type, text)
                    .orElseThrow(() ->
                            wrong(path, "is one of " + words(type) + ", not \"" + text + "\""));
        }
        throw new IllegalStateException("no reading for " + type);
    }

    private static Optional<Object> constant(Class<?> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> word(one).equals(text))
                .map(one -> (Object) one)
                .findFirst();
    }

    /// The words that an enum's constants have in the file.
    static String words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(one -> "`" + word(one) + "`")
                .collect(Collectors.joining(", "));
    }

    static String word(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Object take(
            boolean fits, java.util.function.Supplier<Object> value, String path, String form) {
        if (!fits) {
            throw wrong(path, "is " + form);
        }
        return value.get();
    }

    private Object or(Optional<?> value, String path, String text, String form) {
        return value.orElseThrow(() -> wrong(path, "is " + form + ", not \"" + text + "\""));
    }

    private void checkRange(Object value, Setting setting, String path) {
        long number;
        switch (value) {
            case Integer whole -> number = whole;
            case Duration span -> number = span.toSeconds();
            case ByteSize size -> number = size.bytes();
            default -> {
                return;
            }
        }
        if (number < setting.min() || number > setting.max()) {
            throw wrong(
                    path,
                    "is out of range"
                            + (setting.min() == Long.MIN_VALUE ? "" : "; at least " + setting.min())
                            + (setting.max() == Long.MAX_VALUE
                                    ? ""
                                    : "; at most " + setting.max()));
        }
    }

    private ConfigException unknown(String path, String key, List<String> known) {
        String hint =
                Nearest.to(key, known).map(nearest -> "; did you mean " + nearest + "?").orElse("");
        return wrong(
                path,
                "is not a key"
                        + hint
                        + (hint.isEmpty() ? "; known are " + String.join(", ", known) : ""));
    }

    private ConfigException wrong(String path, String what) {
        return new ConfigException(
                file + ":" + place(path).replaceFirst(": $", ": ") + path + " " + what);
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
