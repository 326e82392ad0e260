package io.postern.km;

import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Locations;
import io.postern.km.ca.Names;
import io.postern.km.secret.KmException;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/// What the operator says of a new authority.
///
/// @param organization in the names of root and issuing authority; at most 50 characters
/// @param country two letters
/// @param url where certificates, lists and answers will be fetched, `http://HOST[/PATH]`
/// @param authorityKey of root and issuing authority: RSA-4096 or P-384
/// @param shares how many shares there are to be; empty for none, then nothing can be recovered
///   until they are made
public record FoundingSettings(
        String organization,
        String country,
        URI url,
        KeyKind authorityKey,
        Optional<Quorum> shares) {
    /// Any `needed` people `of` so many.
    public record Quorum(int needed, int of) {}

    /// @throws KmException when one of them does not fit
    public FoundingSettings {
        country = country.toUpperCase(Locale.ROOT);
        if (!authorityKey.fitsAuthority()) {
            throw new KmException("an authority's key is rsa-4096 or p-384");
        }
        try {
            var _ = Names.authority(organization + " S/MIME CA 1", organization, country);
            var _ = locations(url, "ca");
        } catch (IllegalArgumentException e) {
            throw new KmException(String.valueOf(e.getMessage()), e);
        }
    }

    X500Principal rootName() {
        return Names.authority(organization + " Root", organization, country);
    }

    X500Principal authorityName() {
        return Names.authority(organization + " S/MIME CA 1", organization, country);
    }

    X500Principal responderName() {
        return Names.authority(organization + " OCSP 1", organization, country);
    }

    /// Where an authority's certificate and list are.
    ///
    /// @param authority `root` or `ca`
    static Locations locations(URI url, String authority) {
        var base = url.toString();
        var at = base.endsWith("/") ? base : base + "/";
        return new Locations(
                URI.create(at + authority + ".crl"),
                URI.create(at + authority + ".cer"),
                authority.equals("ca") ? Optional.of(URI.create(at + "ocsp")) : Optional.empty());
    }
}
