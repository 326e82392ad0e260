package io.postern.gateway.lists;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Names: `example.com` is that name, `.example.com` every name below it and not itself. Immutable.
final class NameSet {
    private final Set<String> names = new HashSet<>();
    private final Set<String> above = new HashSet<>();

    /// @param entries in lower case
    NameSet(List<String> entries) {
        for (var entry : entries) {
            if (entry.startsWith(".")) {
                above.add(entry.substring(1));
            } else {
                names.add(entry);
            }
        }
    }

    /// @param name in lower case, without a trailing dot
    boolean contains(String name) {
        if (names.contains(name)) {
            return true;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (above.contains(name.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }
}
