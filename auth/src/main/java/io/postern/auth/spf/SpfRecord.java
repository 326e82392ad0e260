package io.postern.auth.spf;

import java.util.List;
import java.util.Optional;

/// An SPF record. RFC 7208 §4.5, §4.6.1.
///
/// @param directives in order; may be empty
/// @param redirect §6.1
/// @param exp §6.2
record SpfRecord(
        List<Directive> directives, Optional<MacroString> redirect, Optional<MacroString> exp) {
    /// A mechanism and what its match means.
    ///
    /// @param text as written
    record Directive(Qualifier qualifier, Mechanism mechanism, String text) {}

    /// What a text turned out to be.
    sealed interface Parsed {
        /// A record.
        record Ok(SpfRecord record) implements Parsed {}

        /// One with a mistake: permerror (§4.6).
        ///
        /// @param term the term with the mistake, as written
        record Bad(String term, String why) implements Parsed {}
    }

    private static final String VERSION = "v=spf1";

    SpfRecord {
        directives = List.copyOf(directives);
    }

    /// Whether a TXT record is an SPF record: the version, then a space or the end (§4.5).
    static boolean isOne(String text) {
        return text.regionMatches(true, 0, VERSION, 0, VERSION.length())
                && (text.length() == VERSION.length() || text.charAt(VERSION.length()) == ' ');
    }

    /// Reads a text that is one by its version, to the end: a mistake anywhere spoils it (§4.6).
    static Parsed parse(String text) {
        var reader = new RecordReader();
        int end;
        for (int at = VERSION.length(); at < text.length(); at = end + 1) {
            int space = text.indexOf(' ', at);
            end = space < 0 ? text.length() : space;
            if (end > at) {
                var term = text.substring(at, end);
                var problem = reader.read(term);
                if (problem.isPresent()) {
                    return new Parsed.Bad(term, problem.get());
                }
            }
        }
        return new Parsed.Ok(reader.record());
    }
}
