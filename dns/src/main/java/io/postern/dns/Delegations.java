package io.postern.dns;

/// Asks the DNS who serves a zone. Blocking; safe for many threads; every call ends within the
/// resolver's deadline. Names are given as to a [Resolver].
public interface Delegations {
    /// Names of the servers of the zone that begins at a name (NS records), lower case, without the
    /// trailing dot. `NoData` when no zone begins there. A CNAME is not followed: what it leads to
    /// is of another zone, and the name itself begins none (RFC 1034 §3.6.2).
    Answer<String> ns(String name);
}
