package io.postern.gateway.directory;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.config.HostPort;
import io.postern.testkit.TestCertificate;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// UnboundID's directory in memory, behind a real socket, with a few people; and settings for it.
public final class Directories {
    public static final String BIND_DN = "cn=postern,dc=example,dc=com";
    public static final String PASSWORD = "correct horse";
    private static final String HOST = "127.0.0.1";

    private static final String[][] PEOPLE = {
        {"dn: dc=example,dc=com", "objectClass: domain", "dc: example"},
        {
            "dn: uid=anna,dc=example,dc=com",
            "objectClass: person",
            "mail: anna@example.com",
            "proxyAddresses: SMTP:anna@example.com",
            "proxyAddresses: smtp:Anna.Example@example.com",
            "proxyAddresses: X400:c=us;a= ;p=Example;s=Anna;"
        },
        {
            "dn: uid=bert,dc=example,dc=com",
            "objectClass: person",
            "mail: Bert@Example.com",
            "mailAlternateAddress: bertie@example.com"
        },
        {"dn: uid=star,dc=example,dc=com", "objectClass: alias", "mail: a(b)*\\c@example.com"},
    };

    private Directories() {}

    public static InMemoryDirectoryServer start() {
        return start(InMemoryListenerConfig::createLDAPConfig);
    }

    /// A listener of some kind.
    public interface Kind {
        InMemoryListenerConfig on(String name, int port) throws LDAPException;
    }

    public static InMemoryDirectoryServer start(Kind kind) {
        try {
            var config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
            config.setListenerConfigs(kind.on("test", 0));
            config.setSchema(null);
            config.addAdditionalBindCredentials(BIND_DN, PASSWORD);
            var server = new InMemoryDirectoryServer(config);
            for (var person : PEOPLE) {
                server.add(person);
            }
            server.startListening();
            return server;
        } catch (LDAPException | LDIFException e) {
            throw new AssertionError(e);
        }
    }

    /// TLS from the beginning.
    public static InMemoryListenerConfig ldaps(String name, int port, SSLContext tls)
            throws LDAPException {
        return InMemoryListenerConfig.createLDAPSConfig(
                name, loopback(), port, tls.getServerSocketFactory(), tls.getSocketFactory());
    }

    /// In clear, and TLS when asked.
    public static InMemoryListenerConfig startTls(String name, int port, SSLContext tls)
            throws LDAPException {
        return InMemoryListenerConfig.createLDAPConfig(
                name, loopback(), port, tls.getSocketFactory());
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    /// A server's TLS with a certificate for a name, and the authority that vouches for it.
    public record Certificate(String pem, SSLContext tls) {
        public static Certificate of(String name) {
            var authority = TestCertificate.authority(name + " CA");
            return new Certificate(authority.pem(), authority.issue(name, name).context());
        }
    }

    /// Settings with the defaults of the file, in clear, anonymous, with little patience.
    public static Directory settings(int... ports) {
        return new Directory(
                "corp",
                java.util.Arrays.stream(ports).mapToObj(port -> new HostPort(HOST, port)).toList(),
                Directory.Tls.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "dc=example,dc=com",
                List.of("proxyAddresses", "mail", "mailAlternateAddress", "mailLocalAddress"),
                Optional.empty(),
                2,
                Duration.ofSeconds(20),
                Duration.ofHours(1),
                Duration.ofMinutes(5),
                Duration.ZERO,
                1000);
    }

    public static Directory withFilter(Directory one, String filter) {
        return new Directory(
                one.name(),
                one.servers(),
                one.tls(),
                one.ca(),
                one.bindDn(),
                one.passwordFile(),
                one.base(),
                one.attributes(),
                Optional.of(filter),
                one.connections(),
                one.timeout(),
                one.known(),
                one.unknown(),
                one.stale(),
                one.remembered());
    }

    public static Directory withBase(Directory one, String base) {
        return new Directory(
                one.name(),
                one.servers(),
                one.tls(),
                one.ca(),
                one.bindDn(),
                one.passwordFile(),
                base,
                one.attributes(),
                one.filter(),
                one.connections(),
                one.timeout(),
                one.known(),
                one.unknown(),
                one.stale(),
                one.remembered());
    }

    public static Directory withBind(Directory one, Path passwordFile) {
        return new Directory(
                one.name(),
                one.servers(),
                one.tls(),
                one.ca(),
                Optional.of(BIND_DN),
                Optional.of(passwordFile),
                one.base(),
                one.attributes(),
                one.filter(),
                one.connections(),
                one.timeout(),
                one.known(),
                one.unknown(),
                one.stale(),
                one.remembered());
    }

    public static Directory withTls(Directory one, Directory.Tls tls, String host, Path ca) {
        return new Directory(
                one.name(),
                one.servers().stream().map(server -> new HostPort(host, server.port())).toList(),
                tls,
                Optional.of(ca),
                one.bindDn(),
                one.passwordFile(),
                one.base(),
                one.attributes(),
                one.filter(),
                one.connections(),
                one.timeout(),
                one.known(),
                one.unknown(),
                one.stale(),
                one.remembered());
    }

    public static Directory withTimes(
            Directory one, Duration timeout, int connections, Duration stale) {
        return new Directory(
                one.name(),
                one.servers(),
                one.tls(),
                one.ca(),
                one.bindDn(),
                one.passwordFile(),
                one.base(),
                one.attributes(),
                one.filter(),
                connections,
                timeout,
                one.known(),
                one.unknown(),
                stale,
                one.remembered());
    }
}
