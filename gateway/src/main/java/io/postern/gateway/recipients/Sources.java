package io.postern.gateway.recipients;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Pushed;
import io.postern.gateway.config.Recipients;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Makes the sources that a configuration names. Domains that name the same file, directory or
/// pushed list share it.
final class Sources {
    private static final Pattern LIST_NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final Config config;
    private final OwnRecipients.Means means;
    private final Map<Path, FileSource> files = new LinkedHashMap<>();
    private final Map<String, LdapSource> directories = new LinkedHashMap<>();
    private final Map<String, PushedSource> pushed = new LinkedHashMap<>();
    private final Map<String, Pushed> pushedSettings = new LinkedHashMap<>();
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
    /// @throws ConfigException when the settings make no sense together
    List<Source> of(Config.OwnDomain domain, Recipients settings) {
        var sources = new ArrayList<Source>();
        if (!settings.list().isEmpty()) {
            sources.add(kept(new ListSource(domain.name(), settings.list(), means.random())));
        }
        settings.file().ifPresent(file -> sources.add(file(file)));
        settings.pushed().ifPresent(list -> sources.add(pushed(domain, list)));
        settings.directory().ifPresent(name -> sources.add(directory(domain, name)));
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
        if (sources.isEmpty()) {
            throw new ConfigException(
                    "domain "
                            + domain.name()
                            + ": recipients names no source, so everybody would be refused; give list,"
                            + " file, pushed, directory or callout");
        }
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

    private Source directory(Config.OwnDomain domain, String name) {
        var settings =
                config.directory().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new ConfigException(
                                        "domain "
                                                + domain.name()
                                                + ": there is no [[directory]] with name = \""
                                                + name
                                                + "\""));
        return directories.computeIfAbsent(
                name, _ -> kept(new LdapSource(settings, means.clock())));
    }

    private Source pushed(Config.OwnDomain domain, Pushed settings) {
        var name = settings.list();
        if (!LIST_NAME.matcher(name).matches()) {
            throw new ConfigException(
                    "domain "
                            + domain.name()
                            + ": pushed.list = \""
                            + name
                            + "\" is not a name of letters, digits and hyphens");
        }
        var before = pushedSettings.putIfAbsent(name, settings);
        if (before != null && !before.equals(settings)) {
            throw new ConfigException(
                    "domain "
                            + domain.name()
                            + ": the pushed list "
                            + name
                            + " has another max_age elsewhere; there is one list");
        }
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
