package io.postern.gateway;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.ConfigReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// What differs between two configurations, and whether it can change while mail flows.
///
/// @param changed keys such as `rule[0].when`, in the order of the reference
record Reload(List<String> changed) {
    /// The sections that can change while mail flows.
    static final List<String> CHANGEABLE = List.of("rule", "rate", "access_list", "dnsbl");

    Reload {
        changed = List.copyOf(changed);
    }

    static Reload from(Config before, Config after) {
        var old = values(before);
        var now = values(after);
        var keys = new LinkedHashSet<>(old.keySet());
        keys.addAll(now.keySet());
        var changed = new ArrayList<String>();
        for (var key : keys) {
            if (!old.getOrDefault(key, "").equals(now.getOrDefault(key, ""))) {
                changed.add(key);
            }
        }
        return new Reload(changed);
    }

    private static Map<String, String> values(Config config) {
        var values = new LinkedHashMap<String, String>();
        for (var setting : ConfigReference.inForce(config)) {
            values.put(setting.key(), setting.value());
        }
        return values;
    }

    /// @throws ConfigException when a key changed that is read at start-up only
    void refuseWhatNeedsRestart() {
        var fixed =
                changed.stream()
                        .filter(key -> !CHANGEABLE.contains(key.replaceFirst("[\\[.].*", "")))
                        .toList();
        if (!fixed.isEmpty()) {
            throw new ConfigException(
                    String.join(", ", fixed)
                            + (fixed.size() == 1 ? " has" : " have")
                            + " changed, which needs a restart; nothing was changed");
        }
    }
}
