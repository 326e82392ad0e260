package io.postern.dns;

/// Asks the DNS whether a name is an alias, which a [Resolver] does not tell. Blocking; safe for
/// many threads; every call ends within the resolver's deadline. Names are given as to a
/// [Resolver].
public interface Aliases {
    /// What a name itself is an alias of (CNAME, RFC 1034 §3.6.2), lower case, without the trailing
    /// dot; the next alias is not followed. `NoData` when it is none.
    Answer<String> cname(String name);
}
