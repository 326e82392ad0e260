package io.postern.gateway.takeover;

import io.postern.mail.Domain;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Finds the key files that a name with `$domain` in it means, by what is in the folder.
final class KeyFolder {
    private static final String HOLE = "$domain";

    private KeyFolder() {}

    /// The files by domain, sorted; empty when nothing fits. Only the first component with the hole
    /// is searched for.
    static Map<String, Path> find(SourceFiles files, String template) {
        var found = new TreeMap<String, Path>();
        int hole = template.indexOf(HOLE);
        if (hole < 0 || template.indexOf('\0') >= 0) {
            return found;
        }
        int from = template.lastIndexOf('/', hole) + 1;
        int slash = template.indexOf('/', hole);
        int to = slash < 0 ? template.length() : slash;
        var before = template.substring(from, hole);
        var after = template.substring(hole + HOLE.length(), to);
        if (after.contains(HOLE)) {
            return found;
        }
        for (var name :
                files.entries(SourceFiles.name(Path.of("/"), template.substring(0, from)))) {
            if (name.length() > before.length() + after.length()
                    && name.startsWith(before)
                    && name.endsWith(after)) {
                var domain = name.substring(before.length(), name.length() - after.length());
                var file = SourceFiles.name(Path.of("/"), template.replace(HOLE, domain));
                // rspamd and OpenDKIM ask for the name in lower case.
                if (domain.equals(domain.toLowerCase(Locale.ROOT))
                        && Domain.parse(domain).isPresent()
                        && domain.indexOf('.') > 0
                        && files.exists(file)) {
                    found.put(domain, file);
                }
            }
        }
        return found;
    }
}
