package io.postern.gateway.takeover;

import io.postern.gateway.config.HostPort;
import io.postern.gateway.config.Network;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The configuration in the making: what each of the old programs has to say. Confined to one
/// thread.
final class Draft {
    /// A value and where it comes from.
    ///
    /// @param origin `setting, file:line`
    record Noted<T>(T value, String origin) {}

    /// A domain of ours.
    static final class Own {
        private final Domain name;
        private final String origin;
        private final List<HostPort> deliverTo = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private @Nullable String recipients;
        private boolean signed;

        private Own(Domain name, String origin) {
            this.name = name;
            this.origin = origin;
        }

        Domain name() {
            return name;
        }

        String origin() {
            return origin;
        }

        List<HostPort> deliverTo() {
            return deliverTo;
        }

        /// Lines for whoever reads the file.
        List<String> notes() {
            return notes;
        }

        /// The value of `recipients`.
        Optional<String> recipients() {
            return Optional.ofNullable(recipients);
        }

        void recipients(String toml) {
            recipients = toml;
        }

        /// Whether the old set-up signed for it.
        boolean signed() {
            return signed;
        }
    }

    private final Remarks remarks = new Remarks();
    private final Map<Domain, Own> domains = new LinkedHashMap<>();
    private final Map<Domain, Noted<HostPort>> routes = new LinkedHashMap<>();
    private final Map<String, Map<String, Noted<String>>> settings = new LinkedHashMap<>();
    private final List<FoundKey> keys = new ArrayList<>();
    private final List<OldSigner> signers = new ArrayList<>();
    private final List<Noted<List<Network>>> signedFor = new ArrayList<>();
    private Optional<Noted<List<Network>>> trusted = Optional.empty();
    private Optional<Noted<String>> hostname = Optional.empty();
    private Optional<String> listen = Optional.empty();
    private Optional<Noted<String>> certificate = Optional.empty();
    private Optional<Noted<String>> certificateKey = Optional.empty();
    private boolean severalKeys = true;

    Remarks remarks() {
        return remarks;
    }

    static String origin(String setting, Place place) {
        return setting + ", " + place;
    }

    /// A TOML string. What must not stand in one is escaped.
    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').appendCodePoint(c);
                    } else if (Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF)) {
                        quoted.append("\\u%04X".formatted(c >= 0xD800 ? 0xFFFD : c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                });
        return quoted.append('"').toString();
    }

    static String hostPort(Network host, int port) {
        var text = host.toString();
        return hostPort(text.substring(0, text.indexOf('/')), port).toString();
    }

    static HostPort hostPort(String host, int port) {
        return new HostPort(host, port);
    }

    /// @param toml the value as the file will have it
    void set(String section, String key, String toml, String setting, Place place) {
        settings.computeIfAbsent(section, _ -> new LinkedHashMap<>())
                .put(key, new Noted<>(toml, origin(setting, place)));
    }

    Map<String, Map<String, Noted<String>>> settings() {
        return settings;
    }

    /// A domain of ours, known already or not.
    Own domain(Domain name, String setting, Place place) {
        return domains.computeIfAbsent(name, _ -> new Own(name, origin(setting, place)));
    }

    Map<Domain, Own> domains() {
        return domains;
    }

    void route(Domain domain, HostPort to, String setting, Place place) {
        routes.putIfAbsent(domain, new Noted<>(to, origin(setting, place)));
    }

    Map<Domain, Noted<HostPort>> routes() {
        return routes;
    }

    void key(FoundKey key) {
        keys.add(key);
        Domain.parse(key.domain())
                .flatMap(name -> Optional.ofNullable(domains.get(name)))
                .ifPresent(own -> own.signed = true);
    }

    List<FoundKey> keys() {
        return keys;
    }

    void signer(OldSigner signer) {
        signers.add(signer);
    }

    List<OldSigner> signers() {
        return signers;
    }

    /// @param several whether the old set-up signed with all keys that fit
    void severalKeys(boolean several) {
        severalKeys &= several;
    }

    boolean severalKeys() {
        return severalKeys;
    }

    /// Hosts whose mail was signed.
    void signedFor(List<Network> networks, String setting, Place place) {
        signedFor.add(new Noted<>(networks, origin(setting, place)));
    }

    List<Noted<List<Network>>> signedFor() {
        return signedFor;
    }

    /// Hosts that might send to anywhere.
    void trusted(List<Network> networks, String setting, Place place) {
        trusted = Optional.of(new Noted<>(networks, origin(setting, place)));
    }

    Optional<Noted<List<Network>>> trusted() {
        return trusted;
    }

    void hostname(String name, String setting, Place place) {
        hostname = Optional.of(new Noted<>(name, origin(setting, place)));
    }

    Optional<Noted<String>> hostname() {
        return hostname;
    }

    /// @param host where the old MTA took mail, as an address
    void listen(String host) {
        listen = Optional.of(host);
    }

    Optional<String> listen() {
        return listen;
    }

    void certificate(String file, String setting, Place place) {
        certificate = Optional.of(new Noted<>(file, origin(setting, place)));
    }

    Optional<Noted<String>> certificate() {
        return certificate;
    }

    void certificateKey(String file, String setting, Place place) {
        certificateKey = Optional.of(new Noted<>(file, origin(setting, place)));
    }

    Optional<Noted<String>> certificateKey() {
        return certificateKey;
    }
}
