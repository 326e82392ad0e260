package io.postern.dns;

import java.net.InetAddress;
import java.util.Optional;

/// Asks the DNS. Blocking; safe for many threads; every call ends within the resolver's deadline.
/// CNAMEs are followed.
///
/// Names are given in A-labels (or with underscore labels), with or without the trailing dot, in
/// any case. A name that cannot exist in the DNS (label over 63 octets, and so on) is `NoSuchName`,
/// never an exception.
public interface Resolver {
    /// TXT records; each string is one record, its character-strings joined without a separator
    /// (RFC 6376 §3.6.2.2), octets as the characters U+0000 to U+00FF.
    Answer<String> txt(String name);

    /// The same, if it is known without asking anybody and without waiting.
    default Optional<Answer<String>> keptTxt(String name) {
        return Optional.empty();
    }

    /// MX records, unsorted.
    Answer<MxRecord> mx(String name);

    /// IPv4 addresses.
    Answer<InetAddress> a(String name);

    /// IPv6 addresses.
    Answer<InetAddress> aaaa(String name);

    /// Host names of an address (in-addr.arpa, ip6.arpa), lower case, without the trailing dot.
    Answer<String> ptr(InetAddress address);
}
