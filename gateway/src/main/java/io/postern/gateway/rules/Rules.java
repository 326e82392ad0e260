package io.postern.gateway.rules;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.policy.Stage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// All rules of a configuration, read and checked, in the order of the file. Immutable.
public final class Rules {
    public static final Rules NONE = new Rules(List.of());

    private final List<Rule> all;
    private final Map<Stage, List<Rule>> byStage = new EnumMap<>(Stage.class);

    private Rules(List<Rule> all) {
        this.all = List.copyOf(all);
        for (var stage : Stage.values()) {
            byStage.put(stage, all.stream().filter(rule -> rule.stage() == stage).toList());
        }
    }

    /// Reads the rules' conditions. CEL is loaded only when there are rules.
    ///
    /// @throws ConfigException when a condition can't be used; names all that can't, each with its
    ///   place in the file
    public static Rules of(Config config) {
        if (config.rule().isEmpty()) {
            return NONE;
        }
        var reader = new ConditionReader();
        var rules = new ArrayList<Rule>();
        var wrong = new ArrayList<String>();
        for (var settings : config.rule()) {
            try {
                rules.add(
                        new Rule(
                                settings,
                                reader.read(
                                        settings.name(), settings.when(), Rule.stage(settings))));
            } catch (ConfigException e) {
                wrong.add(String.valueOf(e.getMessage()));
            }
        }
        if (!wrong.isEmpty()) {
            throw new ConfigException(String.join("; ", wrong));
        }
        return new Rules(rules);
    }

    public List<Rule> all() {
        return all;
    }

    /// Those of one stage.
    List<Rule> at(Stage stage) {
        return byStage.getOrDefault(stage, List.of());
    }
}
