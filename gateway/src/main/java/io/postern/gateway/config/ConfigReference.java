package io.postern.gateway.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Describes the configuration from the code that reads it: the reference page, and the settings in
/// force.
public final class ConfigReference {
    private ConfigReference() {}

    /// One setting in force.
    ///
    /// @param key with its section, such as `outbound.retry` or `listener[0].address`
    /// @param value as it would stand in the file; empty when absent
    /// @param isDefault whether it is what it would be without the file
    public record InForce(String key, String value, boolean isDefault) {}

    /// All settings of a configuration, in the order of the reference.
    public static List<InForce> inForce(Config config) {
        var all = new ArrayList<InForce>();
        collect(config, Config.class, "", all);
        return List.copyOf(all);
    }

    private static void collect(Object value, Class<?> type, String path, List<InForce> all) {
        for (var component : type.getRecordComponents()) {
            String key =
                    path.isEmpty() ? Shape.keyOf(component) : path + "." + Shape.keyOf(component);
            Object part = read(component, value);
            if (part instanceof Optional<?> optional && optional.isPresent()) {
                part = optional.get();
            }
            if (part instanceof Record section && isSection(section.getClass())) {
                collect(section, section.getClass(), key, all);
            } else if (part instanceof List<?> list
                    && !list.isEmpty()
                    && isSection(list.getFirst().getClass())) {
                for (int i = 0; i < list.size(); i++) {
                    collect(list.get(i), list.get(i).getClass(), key + "[" + i + "]", all);
                }
            } else {
                String printed = print(part);
                String otherwise = component.getAnnotation(Setting.class).otherwise();
                all.add(new InForce(key, printed, printed.equals(otherwise)));
            }
        }
    }

    private static Object read(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " can't be read", e);
        }
    }

    /// Whether values of that type are tables of the file.
    public static boolean isSection(Class<?> type) {
        return Shape.of(type).isPresent();
    }

    private static String print(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.map(ConfigReference::print).orElse("");
            case List<?> list ->
                    list.stream()
                            .map(ConfigReference::print)
                            .collect(Collectors.joining(", ", "[", "]"));
            case Boolean flag -> flag.toString();
            case Number number -> number.toString();
            case Duration span -> "\"" + Durations.print(span) + "\"";
            case Enum<?> constant -> "\"" + Binder.word(constant) + "\"";
            default -> "\"" + value + "\"";
        };
    }

    /// The reference page, in Markdown.
    public static String page() {
        var page = new StringBuilder();
        page.append("# Configuration\n\n")
                .append(
                        "Generated from the code by `./postern config reference`; a test holds the two together.\n\n")
                .append(
                        "One TOML file. An unknown key, a value of the wrong form or out of range stops start-up with\n")
                .append(
                        "its line, column and, for a mistyped key, the nearest one. `./postern config check --config FILE`\n")
                .append(
                        "does the same without starting; `./postern config show` prints what is in force.\n")
                .append(
                        "Spans of time are written `90s`, `5m`, `4h`, `5d` or `1h30m`; sizes `256 KiB`, `50 MiB`.\n");
        section(page, "Top level", Config.class);
        sections(page, Config.class, "");
        return page.toString();
    }

    private static void sections(StringBuilder page, Class<?> type, String above) {
        for (var component : type.getRecordComponents()) {
            var element = sectionOf(component.getGenericType());
            if (element.isPresent()) {
                boolean many = component.getType() == List.class;
                String key = above + Shape.keyOf(component);
                section(page, (many ? "[[" + key + "]]" : "[" + key + "]"), element.get());
                sections(page, element.get(), key + ".");
            }
        }
    }

    private static Optional<Class<?>> sectionOf(Type type) {
        Type plain =
                type instanceof ParameterizedType generic
                        ? generic.getActualTypeArguments()[0]
                        : type;
        return plain instanceof Class<?> found && isSection(found)
                ? Optional.of(found)
                : Optional.empty();
    }

    private static void section(StringBuilder page, String title, Class<?> type) {
        page.append("\n## ").append(title).append("\n\n");
        page.append("| key | form | default | what it does |\n|---|---|---|---|\n");
        for (var component : type.getRecordComponents()) {
            var setting = component.getAnnotation(Setting.class);
            boolean table = sectionOf(component.getGenericType()).isPresent();
            page.append("| `")
                    .append(Shape.keyOf(component))
                    .append("` | ")
                    .append(
                            table
                                    ? (component.getType() == List.class ? "tables" : "table")
                                    : form(component.getGenericType()))
                    .append(" | ")
                    .append(otherwise(setting, table))
                    .append(" | ")
                    .append(setting.doc())
                    .append(range(setting))
                    .append(" |\n");
        }
    }

    private static String otherwise(Setting setting, boolean table) {
        if (setting.required()) {
            return "required";
        }
        return setting.otherwise().isEmpty()
                ? (table ? "" : "none")
                : "`" + setting.otherwise() + "`";
    }

    private static String range(Setting setting) {
        var parts = new ArrayList<String>();
        if (setting.min() != Long.MIN_VALUE) {
            parts.add("at least " + setting.min());
        }
        if (setting.max() != Long.MAX_VALUE) {
            parts.add("at most " + setting.max());
        }
        return parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    }

    private static String form(Type type) {
        if (type instanceof ParameterizedType generic) {
            String element = form(generic.getActualTypeArguments()[0]);
            return generic.getRawType() == List.class ? "list of " + element : element;
        }
        var plain = (Class<?>) type;
        if (plain.isEnum()) {
            return Binder.words(plain);
        }
        return switch (plain.getSimpleName()) {
            case "boolean" -> "true or false";
            case "int", "Integer" -> "number";
            case "Passage" -> "condition";
            case "Duration" -> "span of time";
            case "ByteSize" -> "size";
            case "HostPort" -> "host:port";
            case "Network" -> "network";
            case "AddressRange" -> "addresses";
            case "Reply" -> "reply";
            case "Domain" -> "domain";
            case "Path" -> "path";
            case "RateLimit" -> "amount/span";
            default -> "text";
        };
    }
}
