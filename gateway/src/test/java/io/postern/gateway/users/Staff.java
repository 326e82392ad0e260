package io.postern.gateway.users;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldif.LDIFException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/// A directory of users in memory, behind a real socket, that notes who binds and can be made to
/// answer binds otherwise, or not at all.
final class Staff extends InMemoryOperationInterceptor implements AutoCloseable {
    static final String ANNA = "uid=anna,dc=example,dc=com";
    static final String PASSWORD = "battery staple";

    private static final String[][] PEOPLE = {
        {"dn: dc=example,dc=com", "objectClass: domain", "dc: example"},
        {
            "dn: " + ANNA,
            "objectClass: person",
            "uid: anna",
            "mail: Anna@example.com",
            "proxyAddresses: SMTP:anna@example.com",
            "proxyAddresses: smtp:office@example.com",
            "proxyAddresses: X400:c=us;a= ;p=Example;s=Anna;",
            "mailAlternateAddress: @example.org",
            "mailAlternateAddress: no address",
            "userPassword: " + PASSWORD
        },
        {
            "dn: uid=alice,dc=example,dc=com",
            "objectClass: person",
            "uid: alice",
            "mail: alice@example.net",
            "userPassword: " + PASSWORD
        },
        {"dn: uid=twin,dc=example,dc=com", "objectClass: person", "uid: twin", "cn: both"},
        {"dn: cn=twin,dc=example,dc=com", "objectClass: person", "uid: twin", "cn: twin"},
        {"dn: cn=none,dc=example,dc=com", "objectClass: person", "uid: none", "cn: none"},
    };

    /// Names bound as, in their order.
    final List<String> binds = new CopyOnWriteArrayList<>();

    final Set<Long> binding = ConcurrentHashMap.newKeySet();
    final Set<Long> searching = ConcurrentHashMap.newKeySet();
    private final InMemoryDirectoryServer server;
    private volatile Optional<ResultCode> answer = Optional.empty();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /// One for each bind that came.
    final Semaphore arrived = new Semaphore(0);

    Staff() {
        this(0);
    }

    /// On that port again, when another has left it.
    Staff(int port) {
        try {
            var config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
            config.setListenerConfigs(
                    InMemoryListenerConfig.createLDAPConfig(
                            "test", InetAddress.getLoopbackAddress(), port, null));
            config.setSchema(null);
            config.addInMemoryOperationInterceptor(this);
            server = new InMemoryDirectoryServer(config);
            for (var person : PEOPLE) {
                server.add(person);
            }
            server.startListening();
        } catch (LDAPException | LDIFException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return server.getListenPort();
    }

    InMemoryDirectoryServer server() {
        return server;
    }

    /// All binds are answered with that from now on.
    void answer(ResultCode code) {
        answer = Optional.of(code);
    }

    /// No bind is answered until [#release].
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    @Override
    public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request)
            throws LDAPException {
        binds.add(request.getRequest().getBindDN());
        binding.add(request.getConnectionID());
        try {
            arrived.release();
            gate.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (answer.isPresent()) {
            throw new LDAPException(answer.get(), "as was asked for");
        }
    }

    @Override
    public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
        searching.add(request.getConnectionID());
    }

    @Override
    public void close() {
        release();
        server.shutDown(true);
    }
}
