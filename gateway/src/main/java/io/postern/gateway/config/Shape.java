package io.postern.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A table of the file, as its record of [Setting]s describes it. Found out once for each record:
/// there may be ten thousand `[[domain]]`s.
///
/// @param maker takes the values in the order of the entries
record Shape(List<Entry> entries, List<String> keys, Constructor<?> maker) {
    /// A key of the table.
    ///
    /// @param otherwise the value when the file has none; missing when there is none either
    record Entry(String key, Type type, Setting setting, JsonNode otherwise) {}

    private static final TomlMapper TOML = new TomlMapper();

    private static final ClassValue<Optional<Shape>> SHAPES =
            new ClassValue<>() {
                @Override
                protected Optional<Shape> computeValue(Class<?> type) {
                    boolean table =
                            type.isRecord()
                                    && Arrays.stream(type.getRecordComponents())
                                            .anyMatch(
                                                    one -> one.isAnnotationPresent(Setting.class));
                    return table ? Optional.of(read(type)) : Optional.empty();
                }
            };

    /// Empty when that type is no table of the file: it is no record of settings.
    static Optional<Shape> of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static Shape read(Class<?> type) {
        var components = type.getRecordComponents();
        var entries = Arrays.stream(components).map(Shape::entry).toList();
        try {
            return new Shape(
                    entries,
                    entries.stream().map(Entry::key).toList(),
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new)));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + " can't be made", e);
        }
    }

    private static Entry entry(RecordComponent component) {
        var setting = component.getAnnotation(Setting.class);
        return new Entry(
                keyOf(component),
                component.getGenericType(),
                setting,
                setting.otherwise().isEmpty()
                        ? MissingNode.getInstance()
                        : otherwise(setting.otherwise()));
    }

    private static JsonNode otherwise(String toml) {
        try {
            return TOML.readTree("value = " + toml).path("value");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("default " + toml, e);
        }
    }

    /// `tlsCertificate` in the code is `tls_certificate` in the file.
    static String keyOf(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
