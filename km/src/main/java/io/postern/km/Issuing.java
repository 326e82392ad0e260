package io.postern.km;

import io.postern.km.ca.Capability;
import io.postern.km.ca.Issued;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.Subscriber;
import io.postern.km.ca.Subscribers;
import io.postern.km.ca.Usage;
import io.postern.km.consent.Draft;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Escrow;
import io.postern.km.vault.RecordName;
import java.net.URI;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Makes certificates with their keys. The keys are made before the transaction begins, for that
/// takes long; nothing of them is kept but the deposit of encryption keys.
final class Issuing {
    private final OpenVault vault;
    private final Desk desk;

    Issuing(OpenVault vault) {
        this.vault = vault;
        desk = vault.desk();
    }

    KeyFiles issue(IssueOrder order) {
        var there = current(order);
        for (var usage : order.usages()) {
            var same =
                    there.stream()
                            .filter(one ->
                                    one.usage().equals(word(usage)) || one.usage().equals("both"))
                            .findFirst();
            if (same.isPresent()) {
                throw new KmException(
                        "%s has a certificate (%s, valid until %s) already: `postern km renew` makes the next one"
                                .formatted(
                                        order.address(),
                                        same.get().usage(),
                                        same.get().notAfter()));
            }
        }
        return make(Acts.issue(order), order);
    }

    KeyFiles renew(IssueOrder order) {
        var there = current(order);
        if (there.isEmpty()) {
            throw new KmException(
                    "%s has no valid certificate to renew: `postern km issue %s` makes one"
                            .formatted(order.address(), order.address()));
        }
        var usages =
                Arrays.stream(Usage.values())
                        .filter(usage ->
                                there.stream().anyMatch(one -> one.usage().equals(word(usage))))
                        .toList();
        return make(
                Acts.renew(order),
                new IssueOrder(
                        order.address(), usages, order.kind(), order.lifetime(), order.form()));
    }

    private List<CertificateView> current(IssueOrder order) {
        var now = desk.world().now();
        return desk
                .database()
                .transaction(on -> Certificates.of(on, order.address().toString()))
                .stream()
                .filter(one -> !one.state().equals("revoked") && one.notAfter().isAfter(now))
                .toList();
    }

    static String word(Usage usage) {
        return usage.name().toLowerCase(Locale.ROOT);
    }

    /// A key with its certificate.
    private record Made(Usage usage, X509Certificate certificate, KeyPair keys) {}

    private KeyFiles make(Draft asked, IssueOrder order) {
        var act = asked.act();
        desk.ready(); // before the long work
        var made = order.usages().stream().map(usage -> certified(order, usage)).toList();
        desk.world().steps().at(act + ": keys made");
        var facts = new java.util.TreeMap<String, String>();
        for (var one : made) {
            facts.put("serial-" + word(one.usage), serial(one.certificate));
        }
        facts.put("key", order.kind().name());
        facts.put("lifetime", order.lifetime().toString());
        return files(
                order,
                made,
                desk.act(
                        new Request(act, asked.subject(), facts, asked),
                        on -> {
                            var views = new ArrayList<CertificateView>();
                            for (var one : made) {
                                insert(on, order, one);
                                views.addAll(
                                        Certificates.chosen(
                                                on, new Chosen.Serial(serial(one.certificate))));
                            }
                            return views;
                        }));
    }

    static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    private Made certified(IssueOrder order, Usage usage) {
        var random = desk.world().random();
        var keys = order.kind().generate(random);
        var issued =
                desk.database()
                        .transaction(on ->
                                Subscribers.issue(
                                        vault.issuer(on),
                                        keys.getPublic(),
                                        new Subscriber(
                                                order.address(),
                                                usage,
                                                desk.world().now(),
                                                order.lifetime(),
                                                FoundingSettings.locations(
                                                        URI.create(Tables.needed(on, "url")), "ca"),
                                                Capability.ANY_CLIENT),
                                        random));
        return switch (issued) {
            case Issued.Ok(var certificate) -> new Made(usage, certificate, keys);
            case Issued.Refused(_, var why) -> throw new KmException(why);
        };
    }

    private void insert(Database on, IssueOrder order, Made made) throws SQLException {
        var address = Certificates.key(order.address().toString());
        var certificate = made.certificate;
        on.update(
                "INSERT INTO certificate (serial, address, usage, der, not_before, not_after,"
                        + " issued, state, deposit, sha1) VALUES (?, ?, ?, ?, ?, ?, ?, 'valid', ?, ?)",
                serial(certificate),
                address,
                word(made.usage),
                PrivateKeys.der(certificate),
                certificate.getNotBefore().toInstant().getEpochSecond(),
                certificate.getNotAfter().toInstant().getEpochSecond(),
                desk.world().now().getEpochSecond(),
                deposit(on, address, made),
                sha1(certificate));
    }

    /// RFC 4387 §2.1 asks by it: a name here, and no signature rests on it.
    private static byte[] sha1(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(PrivateKeys.der(certificate));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private byte @Nullable [] deposit(Database on, String address, Made made) throws SQLException {
        if (made.usage == Usage.SIGN) {
            return null; // a copy of a signing key could sign in its owner's name
        }
        var octets = made.keys.getPrivate().getEncoded();
        try {
            return Escrow.deposit(
                    EscrowKeys.publicKey(on, desk.runtime()),
                    depositName(serial(made.certificate), address),
                    octets,
                    desk.world().random());
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    static RecordName depositName(String serial, String address) {
        return RecordName.first("deposit", serial, address);
    }

    private KeyFiles files(IssueOrder order, List<Made> made, List<CertificateView> views) {
        var passphrase = KeyFiles.newPassphrase(desk.world().random());
        var files = new ArrayList<KeyFile>();
        for (int i = 0; i < made.size(); i++) {
            files.add(
                    file(
                            desk,
                            views.get(i),
                            new Pkcs12.Entry(
                                    made.get(i).keys.getPrivate(),
                                    made.get(i).certificate,
                                    order.address() + " (" + word(made.get(i).usage) + ")"),
                            passphrase,
                            order.form()));
        }
        return new KeyFiles(files, passphrase);
    }

    static KeyFile file(
            Desk desk,
            CertificateView view,
            Pkcs12.Entry entry,
            Secret passphrase,
            Pkcs12.Form form) {
        var chain =
                desk.database()
                        .transaction(on ->
                                List.of(
                                        OpenVault.authority(on, "ca"),
                                        OpenVault.authority(on, "root")));
        var characters = passphrase.characters();
        try {
            return new KeyFile(
                    view,
                    Secret.of(
                            Pkcs12.write(
                                    List.of(entry),
                                    chain,
                                    characters,
                                    form,
                                    desk.world().random())));
        } finally {
            Arrays.fill(characters, '\0');
        }
    }
}
