package io.postern.km.ca;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/// Distinguished names.
public final class Names {
    private Names() {}

    /// An authority's name: C, O and CN, all of which CA/B S/MIME BR 7.1.4.3 wants.
    /// [IllegalArgumentException], with what to write, when one does not fit RFC 5280 appendix A.
    ///
    /// @param commonName at most 64 characters; each authority of an organization has its own
    /// @param organization at most 64 characters
    /// @param country two letters, ISO 3166-1
    public static X500Principal authority(String commonName, String organization, String country) {
        fits("common name", commonName);
        fits("organization", organization);
        if (!country.matches("[A-Z]{2}")) {
            throw new IllegalArgumentException(
                    "country \"" + country + "\" is not two capital letters such as CH");
        }
        return principal(
                new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.C, country)
                        .addRDN(BCStyle.O, organization)
                        .addRDN(BCStyle.CN, commonName)
                        .build());
    }

    private static void fits(String what, String text) {
        int length = text.codePointCount(0, text.length());
        if (text.isBlank() || length > 64 || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    what + " must be 1 to 64 characters without control characters");
        }
    }

    static X500Principal principal(X500Name name) {
        try {
            return new X500Principal(name.getEncoded("DER"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same octets, for clients compare names by them.
    static X500Name of(X500Principal name) {
        return X500Name.getInstance(name.getEncoded());
    }

    static X500Name subject(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal());
    }
}
