package io.postern.gateway.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Chooses the certificate by the server name that the client asks for. RFC 6066 §3.
///
/// A name that no certificate is for gets the first one: SMTP clients seldom verify, and a client
/// that does will say more clearly than an alert of ours what it misses (RFC 6066 §3 allows both).
/// A server that asks us for a certificate gets the first that it can use.
final class SniKeyManager extends X509ExtendedKeyManager {
    private final List<ServerCertificate> certificates;

    /// @param certificates in the order of preference
    SniKeyManager(List<ServerCertificate> certificates) {
        this.certificates = List.copyOf(certificates);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, Socket socket) {
        return socket instanceof SSLSocket ssl ? choose(keyType, ssl.getHandshakeSession()) : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return choose(keyType, engine.getHandshakeSession());
    }

    private @Nullable String choose(String keyType, @Nullable SSLSession session) {
        var host = session instanceof ExtendedSSLSession extended ? host(extended) : "";
        var fitting =
                IntStream.range(0, certificates.size())
                        .filter(i -> fits(certificates.get(i).key(), keyType))
                        .boxed()
                        .toList();
        return fitting.stream()
                .filter(i -> !host.isEmpty() && certificates.get(i).serves(host))
                .findFirst()
                .or(() -> served(host) ? Optional.empty() : fitting.stream().findFirst())
                .map(Object::toString)
                .orElse(null);
    }

    /// Whether some certificate, perhaps with a key of another type, is for that host: then the
    /// handshake comes to it with the next key type.
    private boolean served(String host) {
        return !host.isEmpty() && certificates.stream().anyMatch(one -> one.serves(host));
    }

    private static String host(ExtendedSSLSession session) {
        return session.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("");
    }

    // The key types of JSSE: RSA and RSASSA-PSS for RSA keys, EC, and EdDSA as it is called there.
    private static boolean fits(PrivateKey key, String type) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> type.equals("RSA") || type.equals("RSASSA-PSS");
            case "EC" -> type.equals("EC");
            case String edwards -> type.equals("EdDSA") || type.equals(edwards);
        };
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var one = at(alias);
        return one == null ? null : one.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var one = at(alias);
        return one == null ? null : one.key();
    }

    private @Nullable ServerCertificate at(@Nullable String alias) {
        // The aliases are ours: numbers.
        return alias == null ? null : certificates.get(Integer.parseInt(alias));
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return IntStream.range(0, certificates.size())
                .filter(i -> fits(certificates.get(i).key(), keyType))
                .mapToObj(Integer::toString)
                .toArray(String[]::new);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        for (var type : keyTypes) {
            var aliases = getServerAliases(type, issuers);
            if (aliases != null && aliases.length > 0) {
                return aliases[0];
            }
        }
        return null;
    }
}
