package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.Usage;
import io.postern.km.secret.Octets;
import io.postern.km.secret.Secret;
import io.postern.km.vault.Escrow;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What one order comes to, before it is committed: certificates with their keys. Nothing of the
/// keys is kept but the deposit of those that encrypt.
///
/// @param order its address, kind, lifetime and form
record Made(IssueOrder order, List<One> all) {
    /// A key with its certificate.
    record One(Usage usage, X509Certificate certificate, KeyPair keys) {
        String serial() {
            return Issuing.serial(certificate);
        }

        Pkcs12.Entry entry(IssueOrder order) {
            return new Pkcs12.Entry(
                    keys.getPrivate(),
                    certificate,
                    order.address() + " (" + Issuing.word(usage) + ")");
        }
    }

    /// The deposits, in the order of `all`; empty for keys that sign, for a copy of one could sign
    /// in its owner's name. Any thread.
    List<Optional<Octets>> deposits(Octets escrow, SecureRandom random) {
        var deposits = new ArrayList<Optional<Octets>>();
        for (var one : all) {
            deposits.add(
                    one.usage == Usage.SIGN
                            ? Optional.empty()
                            : Optional.of(deposit(one, escrow, random)));
        }
        return deposits;
    }

    private Octets deposit(One one, Octets escrow, SecureRandom random) {
        var octets = one.keys.getPrivate().getEncoded();
        try {
            return new Octets(
                    Escrow.deposit(
                            escrow, Issuing.depositName(one.serial(), address()), octets, random));
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    String address() {
        return Certificates.key(order.address().toString());
    }

    /// The files under a new passphrase. Any thread; the caller closes them.
    KeyFiles files(KeyFileMaker maker) {
        var passphrase = KeyFiles.newPassphrase(maker.random());
        return new KeyFiles(files(maker, passphrase, order.form()), passphrase);
    }

    List<KeyFile> files(KeyFileMaker maker, Secret passphrase, Pkcs12.Form form) {
        return all.stream()
                .map(one -> maker.file(view(one), one.entry(order), passphrase, form))
                .toList();
    }

    private CertificateView view(One one) {
        return new CertificateView(
                one.serial(),
                address(),
                Issuing.word(one.usage),
                "valid",
                one.certificate.getNotBefore().toInstant(),
                one.certificate.getNotAfter().toInstant(),
                Optional.empty(),
                Optional.empty(),
                one.usage != Usage.SIGN);
    }

    Request request(String act) {
        var facts = new TreeMap<String, String>();
        for (var one : all) {
            facts.put("serial-" + Issuing.word(one.usage), one.serial());
        }
        facts.put("key", order.kind().name());
        facts.put("lifetime", order.lifetime().toString());
        var asked = act.equals("renew") ? Acts.renew(order) : Acts.issue(order);
        return new Request(act, address(), facts, asked);
    }

    void insert(Database on, List<Optional<Octets>> deposits, Instant now) throws SQLException {
        for (int i = 0; i < all.size(); i++) {
            insert(
                    on,
                    all.get(i).certificate,
                    address(),
                    all.get(i).usage,
                    deposits.get(i).map(Octets::copy),
                    now);
        }
    }

    static void insert(
            Database on,
            X509Certificate certificate,
            String address,
            Usage usage,
            Optional<byte[]> deposit,
            Instant now)
            throws SQLException {
        on.update(
                "INSERT INTO certificate (serial, address, usage, der, not_before, not_after,"
                        + " issued, state, deposit, sha1) VALUES (?, ?, ?, ?, ?, ?, ?, 'valid', ?, ?)",
                Issuing.serial(certificate),
                address,
                Issuing.word(usage),
                PrivateKeys.der(certificate),
                certificate.getNotBefore().toInstant().getEpochSecond(),
                certificate.getNotAfter().toInstant().getEpochSecond(),
                now.getEpochSecond(),
                deposit.orElse(null),
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
}
