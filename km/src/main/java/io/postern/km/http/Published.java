package io.postern.km.http;

import io.postern.km.ca.OcspReply;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// What there is to publish, asked at every request by many threads. None of it may need the vault.
public interface Published {
    /// The revocation list in force under a file name such as `ca.crl`; never one whose time has
    /// not come.
    Optional<PublishedList> list(String name);

    /// An authority's certificate under a file name such as `ca.cer`.
    Optional<X509Certificate> authority(String name);

    /// The answer to an OCSP request of at most 16 KiB, whatever is in it.
    OcspReply ocsp(byte[] request);

    /// Certificates of that very address, neither revoked nor expired, newest first; more than 16
    /// are not shown.
    List<X509Certificate> ofAddress(String address);

    /// Addresses that begin so and have such certificates, in order.
    ///
    /// @param most no more than so many
    default List<String> addresses(String prefix, int most) {
        return List.of();
    }

    /// The path under which clients were told to fetch, such as `/km`; empty for the top.
    default String place() {
        return "";
    }

    /// The certificate, revoked or not, with that SHA-1 hash (20 octets) of its DER.
    Optional<X509Certificate> ofHash(byte[] sha1);
}
