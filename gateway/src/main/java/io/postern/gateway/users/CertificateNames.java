package io.postern.gateway.users;

import io.postern.smtp.server.ClientCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/// Whom a certificate says that its holder is.
public final class CertificateNames {
    private CertificateNames() {}

    /// The subject's common name and the alternative names, in lower case. RFC 6125 §2.3 warns of
    /// common names for hosts; here the certificate's issuer is one that the operator chose for its
    /// clients (`client_ca`), and such certificates often have no other name.
    public static List<String> of(ClientCertificate certificate) {
        var names = new ArrayList<>(certificate.names());
        try {
            for (var part : new LdapName(certificate.subject()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String cn) {
                    names.add(cn.toLowerCase(Locale.ROOT));
                }
            }
        } catch (InvalidNameException _) {
            // A subject that can't be read is no name: nothing is granted for it.
        }
        return names;
    }
}
