package io.postern.gateway.takeover;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What rspamd's `dkim_signing` signs with: a selector and a key file for each domain, from its own
/// section, from maps, or by default.
///
/// @param sections `domain { ... }` by name, in lower case
/// @param path of key files, with `$domain` and `$selector`
/// @param fallback `try_fallback`
/// @param esld whether signatures are by the registrable domain (`use_esld`)
/// @param fixed a `use_domain` that is a domain
/// @param exists whether a key file is there: without one rspamd does not sign
record RspamdSigner(
        Map<String, List<Named>> sections,
        DataSet selectors,
        DataSet paths,
        String selector,
        String path,
        boolean fallback,
        boolean esld,
        boolean several,
        Optional<String> fixed,
        Predicate<Path> exists)
        implements OldSigner {
    /// What a section says of one key.
    record Named(Optional<String> selector, Optional<String> path, Place place) {}

    RspamdSigner {
        sections = Map.copyOf(sections);
    }

    @Override
    public List<Signature> signatures(Author author) {
        if (author.several() && !several) {
            return List.of();
        }
        if (fixed.isPresent()) {
            return there(fixed.get());
        }
        if (!esld) {
            return there(author.domain());
        }
        // Which domain is registrable nobody here knows; one that has a key and is above the
        // author's is.
        for (var name : upward(author.domain()).reversed()) {
            var signatures = there(name);
            if (!signatures.isEmpty()) {
                return signatures;
            }
        }
        return List.of();
    }

    private static List<String> upward(String domain) {
        var names = new ArrayList<String>();
        for (var name = domain; name.indexOf('.') > 0; ) {
            names.add(name);
            name = name.substring(name.indexOf('.') + 1);
        }
        return names;
    }

    private List<Signature> there(String domain) {
        return keys(domain).stream()
                .filter(key -> key.key() instanceof KeySource.InFile(var file) && exists.test(file))
                .toList();
    }

    /// The keys that are named for a domain, whether or not their files are there.
    List<Signature> keys(String domain) {
        var named = new ArrayList<>(sections.getOrDefault(domain, List.of()));
        var mapped = selectors.find(domain).map(DataSet.Entry::value).filter(s -> !s.isEmpty());
        var located = paths.find(domain).map(DataSet.Entry::value).filter(s -> !s.isEmpty());
        if (named.isEmpty()) {
            if (mapped.isEmpty() && located.isEmpty() && !fallback) {
                return List.of();
            }
            named.add(new Named(Optional.empty(), Optional.empty(), new Place("", 0)));
        }
        var keys = new ArrayList<Signature>();
        for (var one : named) {
            var its = one.selector().or(() -> mapped).orElse(selector);
            var file = filled(one.path().or(() -> located).orElse(path), domain, its);
            if (file.indexOf('\0') < 0) {
                keys.add(
                        new Signature(
                                domain,
                                its,
                                new KeySource.InFile(SourceFiles.name(Path.of("/"), file))));
            }
        }
        return keys;
    }

    static String filled(String path, String domain, String selector) {
        return path.replace("${domain}", domain)
                .replace("$domain", domain)
                .replace("${selector}", selector)
                .replace("$selector", selector);
    }

    /// The domains that sections and maps name.
    Set<String> named() {
        var names = new LinkedHashSet<String>();
        sections.keySet().stream().sorted().forEach(names::add);
        selectors.entries().forEach(entry -> names.add(entry.key()));
        paths.entries().forEach(entry -> names.add(entry.key()));
        return names;
    }
}
