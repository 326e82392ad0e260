package io.postern.gateway.tls;

import io.postern.gateway.config.Certificate;
import io.postern.gateway.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificates of all listeners, and those that next hops are shown, as their files are now.
/// Safe for many threads: sessions see one immutable snapshot, replaced whole when files have
/// changed and all of them are good.
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    /// Certificates by ACME are renewed 30 days before they end; who is at 7 has a problem, and who
    /// is at none has it now.
    private static final List<Duration> WARNINGS =
            List.of(Duration.ZERO, Duration.ofDays(7), Duration.ofDays(30));

    private final Config config;
    private final InstantSource clock;
    private final Set<String> warned = new HashSet<>();
    private volatile Snapshot now;

    /// @param contexts by listener, in the order of the configuration; empty for one without TLS
    /// @param own for what is no listener of mail; empty when there is no certificate
    /// @param stamps of every file that was read
    /// @param nextHops towards next hops
    private record Snapshot(
            List<Optional<SSLContext>> contexts,
            Optional<SSLContext> own,
            NextHopTls nextHops,
            List<ServerCertificate> certificates,
            Map<Path, FileTime> stamps) {}

    static {
        // Renegotiation (TLS 1.2) buys SMTP nothing, and lets a client make us work for little.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    /// Reads all files.
    ///
    /// @throws IOException when one can't be used; names it and the remedy
    public TlsFiles(Config config, InstantSource clock) throws IOException {
        this.config = config;
        this.clock = clock;
        this.now = load();
    }

    /// The context of a listener now, by its place in the configuration; empty when it has no TLS.
    public Optional<SSLContext> context(int listener) {
        return now.contexts().get(listener);
    }

    /// The context of a service that is no listener of mail, now: with the certificates for all
    /// listeners, or else with the first that a listener has of its own; clients are asked for
    /// none. Empty when there is no certificate.
    public Optional<SSLContext> own() {
        return now.own();
    }

    /// TLS towards next hops now.
    public NextHopTls nextHops() {
        return now.nextHops();
    }

    /// The time at which the first certificate ends; empty when there is none.
    public Optional<Instant> firstEnd() {
        return now.certificates().stream().map(ServerCertificate::notAfter).sorted().findFirst();
    }

    /// Reads all files again, and puts them in force when all are good; sessions that are under TLS
    /// stay as they are.
    ///
    /// @throws IOException when one can't be used; what was in force stays so
    public synchronized void reload() throws IOException {
        var fresh = load();
        now = fresh;
        LOG.info("certificates in force: {}", fresh.certificates());
    }

    /// Reloads when a file has changed. A file that is no good is named once, until it changes
    /// again.
    public synchronized void look() {
        var stamps = stamps(now.stamps().keySet());
        if (stamps.equals(now.stamps())) {
            return;
        }
        try {
            reload();
        } catch (IOException e) {
            LOG.warn(
                    "the changed certificates are not used, those before stay in force: {}",
                    e.getMessage());
            now =
                    new Snapshot(
                            now.contexts(), now.own(), now.nextHops(), now.certificates(), stamps);
        }
    }

    /// Warns, once each, of certificates that end within 30 days, within 7, and that have ended.
    public synchronized void watchExpiry() {
        var at = clock.instant();
        for (var certificate : now.certificates()) {
            var left = Duration.between(at, certificate.notAfter());
            for (var warning : WARNINGS) {
                if (left.compareTo(warning) <= 0) {
                    if (warned.add(certificate.source() + certificate.notAfter() + warning)) {
                        LOG.warn(
                                "the certificate {} {}: renew it",
                                certificate,
                                left.isPositive()
                                        ? "ends in " + left.toDays() + " days"
                                        : "has ended");
                    }
                    break;
                }
            }
        }
    }

    private Snapshot load() throws IOException {
        var read = new LinkedHashMap<Certificate, ServerCertificate>();
        var files = new HashSet<Path>();
        // Before reading: a change while we read is seen at the next look.
        config.certificate().forEach(one -> add(files, one));
        config.listener().forEach(one -> own(one).ifPresent(own -> add(files, own)));
        config.listener().forEach(one -> one.clientCa().ifPresent(files::add));
        NextHopTls.certificates(config).values().forEach(one -> add(files, one));
        var stamps = stamps(files);
        for (var one : config.certificate()) {
            read.put(one, CertificateReader.read(one));
        }
        var common = List.copyOf(read.values());
        var contexts = new ArrayList<Optional<SSLContext>>();
        for (var listener : config.listener()) {
            var mine = new ArrayList<ServerCertificate>();
            var own = own(listener);
            if (own.isPresent()) {
                if (!read.containsKey(own.get())) {
                    read.put(own.get(), CertificateReader.read(own.get()));
                }
                mine.add(read.get(own.get()));
            }
            mine.addAll(preferred(common));
            contexts.add(
                    mine.isEmpty()
                            ? Optional.empty()
                            : Optional.of(context(mine, listener.clientCa())));
        }
        var own = common.isEmpty() ? read.values().stream().limit(1).toList() : preferred(common);
        var nextHops = NextHopTls.read(config);
        read.putAll(nextHops.shown());
        return new Snapshot(
                List.copyOf(contexts),
                own.isEmpty() ? Optional.empty() : Optional.of(context(own, Optional.empty())),
                nextHops,
                List.copyOf(read.values()),
                stamps);
    }

    /// First those that are for the gateway's own name: whoever names no host gets them.
    private List<ServerCertificate> preferred(List<ServerCertificate> all) {
        var own = config.hostname().name();
        var ordered = new ArrayList<>(all.stream().filter(one -> one.serves(own)).toList());
        all.stream().filter(one -> !one.serves(own)).forEach(ordered::add);
        return ordered;
    }

    private static void add(Set<Path> files, Certificate certificate) {
        files.add(certificate.file());
        certificate.key().ifPresent(files::add);
        certificate.passwordFile().ifPresent(files::add);
    }

    private static Optional<Certificate> own(Config.Listener listener) {
        return listener.tlsCertificate()
                .map(file -> new Certificate(file, listener.tlsKey(), Optional.empty()));
    }

    private static Map<Path, FileTime> stamps(Set<Path> files) {
        var stamps = new LinkedHashMap<Path, FileTime>();
        for (var file : files) {
            try {
                stamps.put(file, Files.getLastModifiedTime(file));
            } catch (IOException _) {
                stamps.put(file, FileTime.fromMillis(0)); // reading it will say why
            }
        }
        return stamps;
    }

    private static SSLContext context(List<ServerCertificate> certificates, Optional<Path> clientCa)
            throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new SniKeyManager(certificates)},
                    clientCa.isPresent() ? trust(clientCa.get()) : new TrustManager[0],
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Path authorities)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (var authority : CertificateReader.certificates(authorities)) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
