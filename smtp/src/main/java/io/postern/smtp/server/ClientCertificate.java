package io.postern.smtp.server;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The certificate that a client showed in the TLS handshake, verified against the listener's
/// client CA.
///
/// @param subject the subject's distinguished name (RFC 4514), such as
///   `CN=mx.example.com,O=Example`
/// @param names the DNS and e-mail names among its subject alternative names, in lower case
public record ClientCertificate(String subject, List<String> names) {
    // RFC 5280 §4.2.1.6, GeneralName: rfc822Name and dNSName.
    private static final int EMAIL = 1;
    private static final int DNS = 2;

    public ClientCertificate {
        names = List.copyOf(names);
    }

    /// What we keep of a certificate.
    static ClientCertificate of(X509Certificate certificate) {
        var names = new ArrayList<String>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (var name : alternatives) {
                    if ((name.getFirst().equals(DNS) || name.getFirst().equals(EMAIL))
                            && name.get(1) instanceof String text) {
                        names.add(text.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // Names that can't be read are no names: nothing is granted for them.
        }
        return new ClientCertificate(certificate.getSubjectX500Principal().getName(), names);
    }
}
