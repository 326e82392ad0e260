package io.postern.km.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import io.postern.km.http.Published;
import io.postern.km.secret.KmException;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The entries that there are: people by address, the two authorities, the one above them, and what
/// the server says of itself.
final class Entries {
    static final DN SUBSCHEMA = dn("cn=Subschema");

    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;

    private static final String ISSUING = "ca";
    private static final String ROOT = "root";

    private final Published published;
    private final DN base;

    Entries(Published published, String base) {
        this.published = published;
        this.base = dn(base);
    }

    private static DN dn(String text) {
        try {
            return new DN(text);
        } catch (LDAPException e) {
            throw new KmException(text + " is no distinguished name such as dc=example,dc=com", e);
        }
    }

    DN base() {
        return base;
    }

    /// Who has certificates there.
    Optional<DirectoryEntry> person(String address) {
        var certificates =
                published.ofAddress(address).stream()
                        // Some clients take the first: one to encrypt with.
                        .sorted(Comparator.comparingInt(one -> encrypts(one) ? 0 : 1))
                        .toList();
        if (certificates.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new DirectoryEntry(new DN(new RDN(Types.MAIL, address), base))
                        .with(
                                Types.OBJECT_CLASS,
                                "top",
                                "person",
                                "organizationalPerson",
                                "inetOrgPerson",
                                "pkiUser")
                        .with(Types.COMMON_NAME, address)
                        .with("sn", address.substring(0, address.lastIndexOf('@')))
                        .with(Types.MAIL, address)
                        .withOctets(
                                Types.CERTIFICATE,
                                true,
                                () -> certificates.stream().map(CertificateBag::der).toList())
                        .withOctets(Types.SMIME, true, () -> bags(certificates)));
    }

    private static boolean encrypts(X509Certificate certificate) {
        var usage = certificate.getKeyUsage();
        return usage == null || usage[KEY_ENCIPHERMENT] || usage[KEY_AGREEMENT];
    }

    /// One: the value of the certificate that others encrypt to.
    private List<byte[]> bags(List<X509Certificate> certificates) {
        var chain = new java.util.ArrayList<X509Certificate>();
        chain.add(certificates.getFirst());
        published.authority(ISSUING + ".cer").ifPresent(chain::add);
        published.authority(ROOT + ".cer").ifPresent(chain::add);
        return List.of(CertificateBag.of(chain));
    }

    /// The issuing authority and the root. RFC 4523 §3.2.
    List<DirectoryEntry> authorities() {
        return List.of(authority(ISSUING), authority(ROOT));
    }

    DN authorityDn(String name) {
        return new DN(new RDN(Types.COMMON_NAME, name), base);
    }

    private DirectoryEntry authority(String name) {
        var entry =
                new DirectoryEntry(authorityDn(name))
                        .with(Types.OBJECT_CLASS, "top", "organizationalRole", "pkiCA")
                        .with(Types.COMMON_NAME, name)
                        .withOctets(
                                Types.AUTHORITY,
                                true,
                                () ->
                                        published.authority(name + ".cer").stream()
                                                .map(CertificateBag::der)
                                                .toList())
                        // Of megabytes maybe: for who asks for it.
                        .withOctets(Types.LIST, false, () -> list(name));
        return name.equals(ROOT)
                ? entry.withOctets(Types.AUTHORITY_LIST, false, () -> list(name))
                : entry;
    }

    private List<byte[]> list(String name) {
        return published.list(name + ".crl").stream().map(list -> list.octets()).toList();
    }

    DirectoryEntry top() {
        var rdn = base.getRDN();
        var entry = new DirectoryEntry(base);
        if (rdn != null && rdn.getAttributeNames()[0].equalsIgnoreCase("dc")) {
            entry.with(Types.OBJECT_CLASS, "top", "domain");
        } else {
            entry.with(Types.OBJECT_CLASS, "top", "extensibleObject");
        }
        if (rdn != null) {
            entry.with(rdn.getAttributeNames()[0], rdn.getAttributeValues()[0]);
        }
        return entry;
    }

    /// RFC 4512 §5.1.
    DirectoryEntry rootDse(boolean startTls) {
        var entry =
                new DirectoryEntry(DN.NULL_DN)
                        .with(Types.OBJECT_CLASS, "top")
                        .with("namingContexts", base.toString())
                        .with("subschemaSubentry", SUBSCHEMA.toString())
                        .with("supportedLDAPVersion", "3")
                        .with("supportedControl", Controls.PAGED, Controls.MANAGE_DSA_IT);
        return startTls
                ? entry.with("supportedExtension", StartTLSExtendedRequest.STARTTLS_REQUEST_OID)
                : entry;
    }

    /// RFC 4512 §4.2; RFC 4523 §2, RFC 2798 §2.8, RFC 4524 §2.16.
    static DirectoryEntry subschema() {
        return new DirectoryEntry(SUBSCHEMA)
                .with(Types.OBJECT_CLASS, "top", "subschema")
                .with(Types.COMMON_NAME, "Subschema")
                .with(
                        "attributeTypes",
                        "( 2.5.4.0 NAME 'objectClass' SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )",
                        "( 2.5.4.3 NAME ( 'cn' 'commonName' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
                        "( 2.5.4.4 NAME ( 'sn' 'surname' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )",
                        "( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )",
                        "( 2.5.4.36 NAME 'userCertificate' SYNTAX 1.3.6.1.4.1.1466.115.121.1.8 )",
                        "( 2.16.840.1.113730.3.1.40 NAME 'userSMIMECertificate' SYNTAX 1.3.6.1.4.1.1466.115.121.1.5 )",
                        "( 2.5.4.37 NAME 'cACertificate' SYNTAX 1.3.6.1.4.1.1466.115.121.1.8 )",
                        "( 2.5.4.38 NAME 'authorityRevocationList' SYNTAX 1.3.6.1.4.1.1466.115.121.1.9 )",
                        "( 2.5.4.39 NAME 'certificateRevocationList' SYNTAX 1.3.6.1.4.1.1466.115.121.1.9 )");
    }
}
