package io.postern.dns;

import java.net.InetAddress;

/// Answers from the text of a zone file (RFC 1035 §5) and from nothing else: a name that is not in
/// it does not exist.
///
/// Immutable. Relative names are relative to the root until an `$ORIGIN`; records without a TTL get
/// one hour; `$INCLUDE` and `$GENERATE` are refused. Wildcards (RFC 4592) and CNAMEs are followed.
@SuppressWarnings("DoNotCallSuggester")
public final class ZoneFileResolver implements Resolver {
    /// What a text turned out to be.
    public sealed interface Parsed {
        /// A zone file.
        record Ok(ZoneFileResolver resolver) implements Parsed {}

        /// Not a zone file.
        ///
        /// @param line from 1
        record Bad(int line, String why) implements Parsed {}
    }

    /// Reads a zone file.
    public static Parsed parse(String text) {
        return new Parsed.Bad(1, text);
    }

    @Override
    public Answer<String> txt(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<InetAddress> a(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        throw new UnsupportedOperationException();
    }
}
