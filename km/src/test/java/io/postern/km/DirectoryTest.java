package io.postern.km;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.PLAINBindRequest;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.controls.ServerSideSortRequestControl;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import com.unboundid.ldap.sdk.controls.SortKey;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.ldap.sdk.extensions.WhoAmIExtendedRequest;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.TrustAllTrustManager;
import io.postern.km.ca.RevocationReason;
import io.postern.km.ldap.DirectoryRules;
import io.postern.km.ldap.KmLdapServer;
import io.postern.km.limits.ServiceLimits;
import io.postern.testkit.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The directory of a real vault, asked by UnboundID's client.
@DisplayName("RFC 4511 the directory")
class DirectoryTest {
    private static final String BASE = "dc=example,dc=com";
    private static final String INFO = "mail=info@example.com,dc=example,dc=com";

    @TempDir private Path data;

    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable Scene made;

    /// @param insiders whether loopback may ask by beginnings of three characters
    private KmLdapServer server(boolean insiders, int requests, KmLdapServer.Tls tls)
            throws IOException {
        var vault = new ServedVault(scene().world(), scene().secret());
        open.add(vault);
        var server =
                KmLdapServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        tls,
                        vault,
                        new DirectoryRules(BASE, _ -> insiders, 3),
                        ServiceLimits.of(100, 5, requests));
        open.add(server);
        return server;
    }

    private KmLdapServer server(boolean insiders) throws IOException {
        return server(insiders, 10_000, new KmLdapServer.Tls(false, Optional::<SSLContext>empty));
    }

    private Scene scene() {
        return there(made);
    }

    /// The library says that much may be null.
    private static <T> T there(@Nullable T value) {
        return Objects.requireNonNull(value);
    }

    private static LDAPConnection connect(KmLdapServer server) throws LDAPException {
        return new LDAPConnection("127.0.0.1", server.port());
    }

    private void vault() {
        made = Scene.founded(data);
        scene().issue("info@example.com");
        scene().issue("infra@example.com");
    }

    @AfterEach
    void close() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der));
    }

    private static Set<String> serials(SearchResultEntry entry, String attribute)
            throws GeneralSecurityException {
        var serials = new java.util.TreeSet<String>();
        for (var der : there(entry.getAttributeValueByteArrays(attribute))) {
            serials.add(certificate(der).getSerialNumber().toString(16));
        }
        return serials;
    }

    @Test
    @DisplayName(
            "RFC 4523 §2 certificates of an address, to encrypt with first; none that is revoked")
    void certificates() throws Exception {
        vault();
        try (var client = connect(server(false))) {
            var entry =
                    there(
                            client.searchForEntry(
                                    BASE,
                                    SearchScope.SUB,
                                    "(mail=Info@Example.COM)",
                                    "userCertificate"));
            assertEquals(INFO, entry.getDN());
            var issued = scene().looked(km -> km.certificates(Optional.of("info@example.com")));
            assertEquals(
                    issued.stream().map(CertificateView::serial).collect(Collectors.toSet()),
                    serials(entry, "userCertificate;binary"));
            var first =
                    certificate(
                            there(entry.getAttributeValueByteArrays("userCertificate;binary"))[0]);
            var usage = first.getKeyUsage();
            assertTrue(usage[2] || usage[4], "for keys");
            var encrypting =
                    issued.stream().filter(one -> one.usage().equals("encrypt")).findFirst();
            scene().opened(
                            scene().byKey(),
                            vault ->
                                    vault.revoke(
                                            Chosen.of(encrypting.orElseThrow().serial()),
                                            RevocationReason.KEY_COMPROMISE));
            var after =
                    there(client.searchForEntry(BASE, SearchScope.SUB, "(mail=info@example.com)"));
            assertEquals(1, serials(after, "userCertificate;binary").size());
        }
    }

    @Test
    @DisplayName(
            "RFC 2798 §2.8 userSMIMECertificate is a SignedData without content, with the chain")
    void smime() throws LDAPException, IOException, CMSException {
        vault();
        try (var client = connect(server(false))) {
            var entry =
                    there(
                            client.searchForEntry(
                                    BASE,
                                    SearchScope.ONE,
                                    "(mail=info@example.com)",
                                    "userSMIMECertificate;binary"));
            assertEquals(1, entry.getAttributes().size());
            var signed =
                    new CMSSignedData(
                            there(entry.getAttributeValueBytes("userSMIMECertificate;binary")));
            assertEquals(3, signed.getCertificates().getMatches(null).size());
            assertEquals(0, signed.getSignerInfos().size());
            assertEquals(null, signed.getSignedContent());
        }
    }

    /// @param stranger local parts that a stranger finds
    private record Case(String rule, String filter, Set<String> stranger, Set<String> insider) {
        static Case same(String rule, String filter, String... found) {
            return new Case(rule, filter, Set.of(found), Set.of(found));
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                Case.same("an address", "(mail=info@example.com)", "info"),
                Case.same(
                        "Thunderbird: recipients of a message",
                        "(|(mail=info@example.com)(mail=nobody@example.com)(mail=infra@example.com))",
                        "info",
                        "infra"),
                Case.same(
                        "Outlook: an address that was typed",
                        "(&(mail=*)(|(mail=info@example.com*)(|(cn=info@example.com*)(|(sn=info@example.com*)(|(givenName=info@example.com*)(displayName=info@example.com*))))))",
                        "info"),
                new Case(
                        "Outlook: the beginning of a name",
                        "(&(mail=*)(|(mail=inf*)(|(cn=inf*)(|(sn=inf*)(givenName=inf*)))))",
                        Set.of(),
                        Set.of("info", "infra")),
                Case.same(
                        "Evolution: by address, among people",
                        "(&(objectClass=person)(|(mail=info@example.com)(cn=info@example.com)))",
                        "info"),
                new Case(
                        "Thunderbird: completion of what was typed",
                        "(&(objectclass=*)(|(mail=info*)(cn=info*)(sn=info*)))",
                        Set.of(),
                        Set.of("info")),
                Case.same(
                        "gpgsm's dirmngr: within a value",
                        "(|(sn=*info*)(|(cn=*info*)(mail=*info*)))"),
                Case.same("too short a beginning", "(mail=in*)"),
                Case.same("everybody", "(mail=*)"),
                Case.same("everybody of a class", "(objectClass=inetOrgPerson)"),
                Case.same("everybody else", "(!(mail=info@example.com))"),
                Case.same("by the end", "(mail=*@example.com)"),
                Case.same("by beginning and end", "(mail=inf*example.com)"),
                Case.same("by order", "(mail>=a)"),
                Case.same("an empty OR", "(|)"),
                Case.same("by another rule", "(mail:caseIgnoreMatch:=INFO@example.com)", "info"),
                Case.same("by something like it", "(mail~=info@example.com)", "info"),
                Case.same("an address and what it has not", "(&(mail=info@example.com)(!(cn=*)))"),
                Case.same(
                        "an address and something unknown",
                        "(&(mail=info@example.com)(telephoneNumber=1))"),
                Case.same("by number", "(0.9.2342.19200300.100.1.3=info@example.com)", "info"));
    }

    @TestFactory
    @DisplayName("a stranger finds whom he names, an insider by three characters, nobody a list")
    Stream<DynamicTest> filters() throws IOException {
        vault();
        var outside = server(false);
        var inside = server(true);
        return cases().map(one ->
                DynamicTest.dynamicTest(
                        one.rule,
                        () -> {
                            assertEquals(one.stranger, people(outside, one.filter));
                            assertEquals(one.insider, people(inside, one.filter));
                        }));
    }

    private static Set<String> people(KmLdapServer server, String filter) throws LDAPException {
        try (var client = connect(server)) {
            return there(client.search(BASE, SearchScope.SUB, filter, "mail").getSearchEntries())
                    .stream()
                    .filter(entry -> entry.hasAttribute("mail"))
                    .map(entry -> there(entry.getAttributeValue("mail")).replaceFirst("@.*", ""))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    @DisplayName(
            "from the top a search finds the same; elsewhere there is nothing; a bad name is one")
    void bases() throws LDAPException, IOException {
        vault();
        try (var client = connect(server(false))) {
            var filter = "(mail=info@example.com)";
            for (var base : List.of("", "dc=com", "DC=Example, DC=COM", INFO)) {
                assertEquals(1, client.search(base, SearchScope.SUB, filter).getEntryCount(), base);
            }
            assertEquals(1, client.search(INFO, SearchScope.BASE, "(cn=*)").getEntryCount());
            for (var base : List.of("o=Other", "mail=no@example.com," + BASE, "ou=x," + INFO)) {
                var thrown =
                        assertThrows(
                                LDAPSearchException.class,
                                () -> client.search(base, SearchScope.BASE, "(cn=*)"));
                assertEquals(ResultCode.NO_SUCH_OBJECT, thrown.getResultCode(), base);
            }
            assertEquals(
                    ResultCode.INVALID_DN_SYNTAX,
                    assertThrows(
                                    LDAPSearchException.class,
                                    () -> client.search("nothing", SearchScope.SUB, filter))
                            .getResultCode());
        }
    }

    @Test
    @DisplayName("RFC 4523 §3.2 the authorities, with lists for who asks for them")
    void authorities() throws Exception {
        vault();
        try (var client = connect(server(false))) {
            var found =
                    there(
                            client.search(BASE, SearchScope.SUB, "(objectClass=pkiCA)")
                                    .getSearchEntries());
            assertEquals(2, found.size());
            for (var entry : found) {
                assertTrue(entry.hasAttribute("cACertificate;binary"), entry.getDN());
                assertTrue(!entry.hasAttribute("certificateRevocationList;binary"));
            }
            var authority =
                    there(
                            client.getEntry(
                                    "cn=ca," + BASE,
                                    "cACertificate",
                                    "certificateRevocationList;binary"));
            var list =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(
                                            new ByteArrayInputStream(
                                                    there(
                                                            authority.getAttributeValueBytes(
                                                                    "certificateRevocationList;binary"))));
            list.verify(
                    certificate(there(authority.getAttributeValueBytes("cACertificate;binary")))
                            .getPublicKey());
            assertTrue(
                    there(client.getEntry("cn=root," + BASE))
                            .hasAttribute("authorityRevocationList;binary"));
        }
    }

    @Test
    @DisplayName(
            "RFC 4512 §5.1 the root of all names says what is here, and its schema can be read")
    void root() throws LDAPException, IOException {
        vault();
        try (var client = connect(server(false))) {
            var dse = there(client.getRootDSE());
            assertEquals(List.of(BASE), List.of(there(dse.getNamingContextDNs())));
            assertEquals(
                    DN.normalize("cn=Subschema"),
                    DN.normalize(there(dse.getSubschemaSubentryDN())));
            assertTrue(
                    !dse.supportsExtendedOperation(StartTLSExtendedRequest.STARTTLS_REQUEST_OID));
            assertTrue(there(client.getSchema()).getAttributeType("userSMIMECertificate") != null);
            assertEquals("example", there(client.getEntry(BASE)).getAttributeValue("dc"));
        }
    }

    private static ResultCode code(LDAPConnection client, BindRequest bind) {
        try {
            return client.bind(bind).getResultCode();
        } catch (LDAPException e) {
            return e.getResultCode();
        }
    }

    @Test
    @DisplayName("RFC 4513 §5.1 anonymous alone: no password, no name without one, no SASL")
    void binds() throws LDAPException, IOException {
        vault();
        try (var client = connect(server(false))) {
            client.getConnectionOptions().setBindWithDNRequiresPassword(false);
            assertEquals(ResultCode.SUCCESS, code(client, new SimpleBindRequest("", "")));
            assertEquals(
                    ResultCode.INVALID_CREDENTIALS,
                    code(client, new SimpleBindRequest("cn=x", "secret")));
            assertEquals(
                    ResultCode.INVALID_CREDENTIALS,
                    code(client, new SimpleBindRequest("", "secret")));
            assertEquals(
                    ResultCode.UNWILLING_TO_PERFORM,
                    code(client, new SimpleBindRequest("cn=x", "")));
            assertEquals(
                    ResultCode.AUTH_METHOD_NOT_SUPPORTED,
                    code(client, new PLAINBindRequest("u:x", "secret")));
            assertEquals(1, client.search(INFO, SearchScope.BASE, "(cn=*)").getEntryCount());
        }
    }

    private static ResultCode extended(LDAPConnection client, String request) {
        try {
            return client.processExtendedOperation(request).getResultCode();
        } catch (LDAPException e) {
            return e.getResultCode();
        }
    }

    /// What is asked of a connection.
    @FunctionalInterface
    private interface Act {
        void on(LDAPConnection client) throws LDAPException;
    }

    @Test
    @DisplayName(
            "nothing can be changed or compared; unknown extensions and critical controls are refused")
    void readOnly() throws LDAPException, IOException {
        vault();
        try (var client = connect(server(false))) {
            var change = new Modification(ModificationType.REPLACE, "cn", "x");
            for (var act :
                    List.<Act>of(
                            c -> c.modify(INFO, change),
                            c -> c.delete(INFO),
                            c -> c.add(new Entry("cn=x," + BASE, new Attribute("cn", "x"))),
                            c -> c.modifyDN(INFO, "cn=y", true),
                            c -> c.compare(INFO, "cn", "info@example.com"))) {
                assertEquals(
                        ResultCode.UNWILLING_TO_PERFORM,
                        assertThrows(LDAPException.class, () -> act.on(client)).getResultCode());
            }
            assertEquals(
                    ResultCode.PROTOCOL_ERROR,
                    extended(client, WhoAmIExtendedRequest.WHO_AM_I_REQUEST_OID));
            var sorted = new SearchRequest(BASE, SearchScope.SUB, "(mail=info@example.com)");
            sorted.addControl(new ServerSideSortRequestControl(true, new SortKey("mail", true)));
            assertEquals(
                    ResultCode.UNAVAILABLE_CRITICAL_EXTENSION,
                    assertThrows(LDAPSearchException.class, () -> client.search(sorted))
                            .getResultCode());
        }
    }

    @Test
    @DisplayName("RFC 2696 all is one page; RFC 4511 §4.5.1.4 a size limit is kept; types alone")
    void limits() throws LDAPException, IOException {
        vault();
        try (var client = connect(server(true))) {
            var paged = new SearchRequest(BASE, SearchScope.SUB, "(mail=inf*)");
            paged.addControl(new SimplePagedResultsControl(1, null, true));
            var page = client.search(paged);
            assertEquals(2, page.getEntryCount());
            assertTrue(!there(SimplePagedResultsControl.get(page)).moreResultsToReturn());
            var one = new SearchRequest(BASE, SearchScope.SUB, "(mail=inf*)");
            one.setSizeLimit(1);
            var thrown = assertThrows(LDAPSearchException.class, () -> client.search(one));
            assertEquals(ResultCode.SIZE_LIMIT_EXCEEDED, thrown.getResultCode());
            assertEquals(1, thrown.getEntryCount());
            var types = new SearchRequest(INFO, SearchScope.BASE, "(mail=*)", "mail", "1.1");
            types.setTypesOnly(true);
            var entry = there(client.search(types).getSearchEntries()).getFirst();
            assertEquals(0, there(entry.getAttribute("mail")).size());
            assertEquals(
                    List.of(),
                    List.copyOf(
                            there(
                                            client.search(INFO, SearchScope.BASE, "(mail=*)", "1.1")
                                                    .getSearchEntries())
                                    .getFirst()
                                    .getAttributes()));
            var many =
                    Stream.iterate(0, i -> i + 1)
                            .limit(101)
                            .map(i -> "(mail=u" + i + "@example.com)")
                            .collect(Collectors.joining("", "(|", ")"));
            assertEquals(
                    ResultCode.ADMIN_LIMIT_EXCEEDED,
                    assertThrows(
                                    LDAPSearchException.class,
                                    () -> client.search(BASE, SearchScope.SUB, many))
                            .getResultCode());
        }
    }

    @Test
    @DisplayName("RFC 4511 §4.14 StartTLS, and TLS from the beginning")
    void tls() throws Exception {
        vault();
        var authority = TestCertificate.authority("Example");
        var context = authority.issue("127.0.0.1", "127.0.0.1").context();
        var ssl = new SSLUtil(new TrustAllTrustManager());
        var plain = server(false, 1000, new KmLdapServer.Tls(false, () -> Optional.of(context)));
        try (var client = connect(plain)) {
            assertTrue(
                    there(client.getRootDSE())
                            .supportsExtendedOperation(
                                    StartTLSExtendedRequest.STARTTLS_REQUEST_OID));
            client.processExtendedOperation(new StartTLSExtendedRequest(ssl.createSSLContext()));
            assertEquals(1, client.search(INFO, SearchScope.BASE, "(cn=*)").getEntryCount());
            assertEquals(
                    ResultCode.OPERATIONS_ERROR,
                    extended(client, StartTLSExtendedRequest.STARTTLS_REQUEST_OID));
        }
        var secured = server(false, 1000, new KmLdapServer.Tls(true, () -> Optional.of(context)));
        try (var client =
                new LDAPConnection(ssl.createSSLSocketFactory(), "127.0.0.1", secured.port())) {
            assertEquals(1, client.search(INFO, SearchScope.BASE, "(cn=*)").getEntryCount());
        }
    }

    @Test
    @DisplayName("a client that asks too much is told to come later; a sixth connection is closed")
    void rates() throws LDAPException, IOException {
        vault();
        var server = server(false, 3, new KmLdapServer.Tls(false, Optional::<SSLContext>empty));
        try (var client = connect(server)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(1, client.search(INFO, SearchScope.BASE, "(cn=*)").getEntryCount());
            }
            assertEquals(
                    ResultCode.BUSY,
                    assertThrows(
                                    LDAPSearchException.class,
                                    () -> client.search(INFO, SearchScope.BASE, "(cn=*)"))
                            .getResultCode());
            var more = new ArrayList<LDAPConnection>();
            for (int i = 0; i < 4; i++) {
                more.add(connect(server));
            }
            try (var sixth = connect(server)) {
                assertEquals(
                        ResultCode.SERVER_DOWN,
                        assertThrows(LDAPException.class, sixth::getRootDSE).getResultCode());
            }
            more.forEach(LDAPConnection::close);
        }
    }

    @Test
    @DisplayName("without a vault it says `unavailable`, and serves as soon as there is one")
    void noVault() throws Exception {
        made = new Scene(data);
        var server = server(false);
        var vault = (ServedVault) open.getFirst();
        try (var client = connect(server)) {
            assertEquals(
                    ResultCode.UNAVAILABLE,
                    assertThrows(
                                    LDAPSearchException.class,
                                    () ->
                                            client.search(
                                                    BASE,
                                                    SearchScope.SUB,
                                                    "(mail=info@example.com)"))
                            .getResultCode());
            scene().found(Optional.empty());
            scene().issue("info@example.com");
            vault.look();
            assertEquals(
                    1,
                    client.search(BASE, SearchScope.SUB, "(mail=info@example.com)")
                            .getEntryCount());
            assertEquals(List.of("info@example.com"), vault.addresses("info", 5));
            assertEquals("/km", vault.place());
        }
    }
}
