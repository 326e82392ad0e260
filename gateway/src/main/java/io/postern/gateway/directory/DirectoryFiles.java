package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import io.postern.gateway.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.EnumSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The files beside a directory's settings: its password, and the authorities of its certificate.
final class DirectoryFiles {
    private static final int MAX_PASSWORD = 1024;
    private static final int MAX_CERTIFICATES = 4 << 20;

    private DirectoryFiles() {}

    /// The first line of a file that only its owner can read.
    static byte[] password(Path file) throws LDAPException {
        try {
            var others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
            others.removeAll(
                    EnumSet.of(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.OWNER_EXECUTE));
            if (!others.isEmpty()) {
                throw refused(file + " can be read or changed by others: chmod 600 " + file);
            }
            byte[] octets;
            try (var in = Files.newInputStream(file)) {
                octets = in.readNBytes(MAX_PASSWORD + 1);
            }
            int end = 0;
            while (end < octets.length && octets[end] != '\n' && octets[end] != '\r') {
                end++;
            }
            if (end == 0 || end > MAX_PASSWORD) {
                throw refused(file + " holds no password in its first line");
            }
            return Arrays.copyOf(octets, end);
        } catch (IOException e) {
            throw refused(file + " can't be read: " + e.getClass().getSimpleName());
        }
    }

    private static LDAPException refused(String why) {
        return new LDAPException(ResultCode.LOCAL_ERROR, why);
    }

    /// TLS that trusts the authorities in a PEM file and nobody else.
    static SSLContext authorities(Path file) {
        try (var in = Files.newInputStream(file)) {
            var octets = in.readNBytes(MAX_CERTIFICATES);
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            var certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new java.io.ByteArrayInputStream(octets));
            int number = 0;
            for (var certificate : certificates) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            if (number == 0) {
                throw new ConfigException(file + " holds no certificate; give a PEM file");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigException(file + " can't be read as PEM certificates: " + e, e);
        }
    }

    /// TLS that trusts what the system trusts.
    static SSLContext system() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new ConfigException("the system's certificates can't be read: " + e, e);
        }
    }
}
