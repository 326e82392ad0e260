package io.postern.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.postern.admin.ConfigView;
import io.postern.gateway.config.ByteSize;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReference;
import io.postern.gateway.config.Durations;
import io.postern.keys.CryptoProviders;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// All settings of a configuration, in the order and the words of the file.
final class SettingsView {
    private final List<ConfigView.Setting> settings = new ArrayList<>();

    private SettingsView() {}

    /// @param file where it was read from; none in the sandbox
    static ConfigView of(Config config, Optional<Path> file) {
        var view = new SettingsView();
        view.add("", config, file.map(SettingsView::tree).orElse(MissingNode.getInstance()));
        var crypto = CryptoProviders.install();
        return new ConfigView(
                file.map(Path::toString).orElse(""),
                crypto.name() + (crypto.reason().isEmpty() ? "" : " (" + crypto.reason() + ")"),
                crypto.accelerated(),
                view.settings);
    }

    /// The file once more, to tell what it sets from what is by default.
    private static JsonNode tree(Path file) {
        try {
            return new TomlMapper().readTree(Files.readString(file));
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
    }

    private void add(String prefix, Record section, JsonNode node) {
        for (var component : section.getClass().getRecordComponents()) {
            var name = snake(component.getName());
            add(prefix + name, value(section, component), node.path(name));
        }
    }

    private void add(String key, Object value, JsonNode node) {
        switch (value) {
            case Optional<?> optional ->
                    optional.ifPresentOrElse(
                            present -> add(key, present, node),
                            () -> settings.add(new ConfigView.Setting(key, "(none)", false)));
            case List<?> list when !list.isEmpty() && isSection(list.getFirst()) -> {
                for (int i = 0; i < list.size(); i++) {
                    add(key + "[" + i + "].", (Record) list.get(i), node.path(i));
                }
            }
            case Record section when isSection(section) -> add(key + ".", section, node);
            default ->
                    settings.add(new ConfigView.Setting(key, text(value), !node.isMissingNode()));
        }
    }

    /// Records with settings are sections; others are values.
    private static boolean isSection(Object value) {
        return ConfigReference.isSection(value.getClass());
    }

    private static String text(Object value) {
        return switch (value) {
            case Duration span -> "\"" + Durations.print(span) + "\"";
            case List<?> list ->
                    "[" + String.join(", ", list.stream().map(SettingsView::text).toList()) + "]";
            case Enum<?> word -> "\"" + word.name().toLowerCase(Locale.ROOT) + "\"";
            case Number number -> number.toString();
            case Boolean flag -> flag.toString();
            case ByteSize size -> "\"" + size + "\"";
            default -> "\"" + value + "\"";
        };
    }

    private static Object value(Record section, RecordComponent component) {
        try {
            return component.getAccessor().invoke(section);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
