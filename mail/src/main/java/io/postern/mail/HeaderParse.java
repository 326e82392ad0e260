package io.postern.mail;

import java.util.List;

/// What [HeaderFields#parse] found.
public sealed interface HeaderParse {
    /// Within the limits.
    ///
    /// @param fields all octets, also those that are defective: printing gives what was parsed. A
    ///   line that is no field stands there as a field with an empty name
    /// @param defects in order, at most 100; empty when the section is clean
    record Parsed(HeaderFields fields, List<HeaderDefect> defects) implements HeaderParse {
        public Parsed {
            defects = List.copyOf(defects);
        }
    }

    /// Beyond a limit.
    ///
    /// @param why in words, for a reply
    record TooLarge(String why) implements HeaderParse {}
}
