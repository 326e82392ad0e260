package io.postern.bench;

import io.postern.keys.CryptoProviders;
import io.postern.km.ca.Authorities;
import io.postern.km.ca.Capability;
import io.postern.km.ca.Crls;
import io.postern.km.ca.Issued;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Locations;
import io.postern.km.ca.Names;
import io.postern.km.ca.OcspResponder;
import io.postern.km.ca.OcspStatus;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationList;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ca.Revoked;
import io.postern.km.ca.Subscriber;
import io.postern.km.ca.Subscribers;
import io.postern.km.ca.Usage;
import io.postern.km.ca.Validity;
import io.postern.km.ca.Window;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/// What the authority's work takes of one core: bench/certificates. Keys, certificates, PKCS #12
/// files, OCSP answers, and revocation lists of a given length.
public final class CertificatesBench {
    private static final Instant T0 = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration ROUND = Duration.ofSeconds(3);

    private final SecureRandom random = new SecureRandom();
    private final int entries;

    private CertificatesBench(int entries) {
        this.entries = entries;
    }

    /// Measures once.
    ///
    /// @param args the number of entries of a list
    public static void main(String[] args) {
        System.out.println(CryptoProviders.install().name());
        new CertificatesBench(Integer.parseInt(args[0])).run();
    }

    private void run() {
        for (var kind : List.of(KeyKind.RSA_3072, KeyKind.P_256)) {
            rate("key " + kind, _ -> kind.generate(random));
        }
        for (var kind : List.of(KeyKind.RSA_4096, KeyKind.P_384)) {
            var authority = authority(kind);
            rate("certificate by " + kind, certificates(authority));
            lists(kind, authority);
        }
        var authority = authority(KeyKind.P_384);
        for (var form : Pkcs12.Form.values()) {
            rate("PKCS #12 " + form, files(authority, form));
        }
        for (var kind : List.of(KeyKind.P_256, KeyKind.RSA_3072)) {
            rate("OCSP answer by " + kind, answers(authority, kind));
        }
    }

    private static void rate(String what, IntFunction<Object> action) {
        long kept = 0;
        int warm = 0;
        for (long end = System.nanoTime() + ROUND.toNanos(); System.nanoTime() < end; warm++) {
            kept += action.apply(warm).hashCode();
        }
        int count = 0;
        long begin = System.nanoTime();
        for (long end = begin + ROUND.toNanos(); System.nanoTime() < end; count++) {
            kept += action.apply(count).hashCode();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%-28s %,10.1f a second%s%n", what, count / seconds, kept == 0 ? " " : "");
    }

    private Issuer authority(KeyKind kind) {
        var keys = kind.generate(random);
        return new Issuer(
                Authorities.root(
                        keys,
                        Names.authority("Example CA", "Example Org", "CH"),
                        Validity.of(T0, Duration.ofDays(3650)),
                        random),
                keys.getPrivate());
    }

    private Issued issue(Issuer authority, KeyPair keys, int number) {
        return Subscribers.issue(
                authority,
                keys.getPublic(),
                new Subscriber(
                        new Mailbox("user." + number, Domain.of("example.com")),
                        Usage.BOTH,
                        T0,
                        Duration.ofDays(365),
                        new Locations(
                                URI.create("http://pki.example.com/ca.crl"),
                                URI.create("http://pki.example.com/ca.cer"),
                                Optional.empty()),
                        Capability.ANY_CLIENT),
                random);
    }

    private IntFunction<Object> certificates(Issuer authority) {
        var keys = KeyKind.RSA_3072.generate(random);
        return number -> issue(authority, keys, number);
    }

    private IntFunction<Object> files(Issuer authority, Pkcs12.Form form) {
        var keys = KeyKind.RSA_3072.generate(random);
        if (!(issue(authority, keys, 0) instanceof Issued.Ok(var certificate))) {
            throw new IllegalStateException("not issued");
        }
        var entry = new Pkcs12.Entry(keys.getPrivate(), certificate, "user");
        return _ ->
                Pkcs12.write(
                        List.of(entry),
                        List.of(authority.certificate()),
                        "K3QX-7ZPA-M2WD-9YTE-6RHB".toCharArray(),
                        form,
                        random);
    }

    /// Of a request as OpenSSL makes it: one certificate by SHA-1, a nonce of 16 octets.
    private IntFunction<Object> answers(Issuer authority, KeyKind kind) {
        var keys = kind.generate(random);
        var responder =
                new OcspResponder(
                        authority.certificate(),
                        new Issuer(
                                Authorities.responder(
                                        authority,
                                        keys.getPublic(),
                                        Names.authority("Example OCSP", "Example Org", "CH"),
                                        Validity.of(T0, Duration.ofDays(90)),
                                        random),
                                keys.getPrivate()));
        var request = request(authority.certificate());
        var window = Optional.of(new Window(T0, T0.plus(Duration.ofDays(1))));
        return _ ->
                responder
                        .answer(
                                request,
                                window,
                                _ -> new OcspStatus.Good(),
                                T0.plusSeconds(9),
                                random)
                        .outcome();
    }

    private static byte[] request(X509Certificate authority) {
        try {
            return new OCSPReqBuilder()
                    .addRequest(
                            new JcaCertificateID(
                                    new JcaDigestCalculatorProviderBuilder()
                                            .build()
                                            .get(CertificateID.HASH_SHA1),
                                    authority,
                                    BigInteger.TWO.pow(150)))
                    .setRequestExtensions(
                            new Extensions(
                                    new Extension(
                                            OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                                            false,
                                            new DEROctetString(new byte[16]).getEncoded())))
                    .build()
                    .getEncoded();
        } catch (IOException
                | GeneralSecurityException
                | OCSPException
                | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void lists(KeyKind kind, Issuer authority) {
        var revoked = new ArrayList<Revoked>();
        for (int i = 0; i < entries; i++) {
            revoked.add(
                    new Revoked(
                            new BigInteger(158, random).setBit(158),
                            T0,
                            RevocationReason.CESSATION_OF_OPERATION));
        }
        // Four times: the first is that of a process that has just started.
        for (int i = 1; i <= 4; i++) {
            var list =
                    new RevocationList(
                            BigInteger.valueOf(i),
                            T0,
                            T0.plus(Duration.ofDays(10)),
                            Optional.of(T0),
                            revoked);
            long begin = System.nanoTime();
            var der = Crls.sign(authority, list, random);
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "%-28s %10.2f s, %,d entries, %,d octets%n",
                    "list " + i + " by " + kind, seconds, entries, der.length);
        }
    }
}
