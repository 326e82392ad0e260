package io.postern.km;

import io.postern.km.secret.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/// An invitation that was made: token and passphrase go to the invited person by two ways.
///
/// @param certificates that are in the parcel
/// @param token fetches the parcel once; kept nowhere
/// @param passphrase opens the files in it; kept nowhere
/// @param page where the token can be redeemed, if the pages are served
public record Invite(
        String address,
        List<CertificateView> certificates,
        Secret token,
        Secret passphrase,
        Instant expires,
        URI page)
        implements AutoCloseable {
    public Invite {
        certificates = List.copyOf(certificates);
    }

    @Override
    public void close() {
        token.close();
        passphrase.close();
    }
}
