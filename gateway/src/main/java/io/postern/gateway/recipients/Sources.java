package io.postern.gateway.recipients;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.Pushed;
import io.postern.gateway.config.Recipients;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes the sources that a configuration names. Domains that name the same file, directory or
/// pushed list share it.
final class Sources {
    private final Config config;
    private final OwnRecipients.Means means;
    private final Map<Path, FileSource> files = new LinkedHashMap<>();
    private final Map<String, LdapSource> directories = new LinkedHashMap<>();
    private final Map<String, PushedSource> pushed = new LinkedHashMap<>();
    private final List<Source> all = new ArrayList<>();

    Sources(Config config, OwnRecipients.Means means) {
        this.config = config;
        this.means = means;
    }

    /// Every source once.
    List<Source> all() {
        return List.copyOf(all);
    }

    /// The list of that name, when some domain has it.
    Optional<PushedSource> pushedList(String name) {
        return Optional.ofNullable(pushed.get(name));
    }

    List<String> pushedNames() {
        return List.copyOf(pushed.keySet());
    }

    /// The sources of one domain, those in memory first.
    ///
    /// @throws io.postern.gateway.config.ConfigException when a filter is none, or a certificate
    ///   can't be read
    List<Source> of(Config.OwnDomain domain, Recipients settings) {
        var sources = new ArrayList<Source>();
        if (!settings.list().isEmpty()) {
            sources.add(kept(new ListSource(domain.name(), settings.list(), means.random())));
        }
        settings.file().ifPresent(file -> sources.add(file(file)));
        settings.pushed().ifPresent(list -> sources.add(pushed(list)));
        settings.directory().ifPresent(name -> sources.add(directory(name)));
        settings.callout()
                .ifPresent(callout ->
                        sources.add(
                                kept(
                                        new CalloutSource(
                                                domain.name(),
                                                callout,
                                                new CalloutClient(
                                                        domain.deliverTo(),
                                                        means.connect().to(domain),
                                                        callout.connections(),
                                                        callout.timeout(),
                                                        means.clock()),
                                                means.clock(),
                                                means.random()))));
        return sources;
    }

    private <S extends Source> S kept(S source) {
        all.add(source);
        return source;
    }

    private Source file(Path file) {
        return files.computeIfAbsent(
                file, path -> kept(new FileSource(path, means.clock(), means.random())));
    }

    private Source directory(String name) {
        var settings =
                config.directory().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return directories.computeIfAbsent(
                name, _ -> kept(new LdapSource(settings, means.clock())));
    }

    private Source pushed(Pushed settings) {
        var name = settings.list();
        return pushed.computeIfAbsent(
                name,
                _ ->
                        kept(
                                new PushedSource(
                                        name,
                                        config.data().resolve("recipients").resolve(name + ".list"),
                                        settings.maxAge(),
                                        means.clock())));
    }
}
