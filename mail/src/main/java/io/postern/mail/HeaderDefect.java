package io.postern.mail;

/// Something in a header section that RFC 5322 does not allow.
///
/// @param kind what it is
/// @param at offset of the octet in the section, from 0
public record HeaderDefect(Kind kind, int at) {
    /// What can be wrong.
    public enum Kind {
        /// A line that is neither a field nor the continuation of one.
        LINE_WITHOUT_COLON("a line that is not a header field"),
        /// A colon, but what stands before it is no field name (RFC 5322 §3.6.8).
        BAD_NAME("a field name that is none"),
        /// The first line begins with white space: the continuation of nothing.
        LEADING_WHITE_SPACE("the header begins with a continuation line"),
        /// A CR without LF.
        BARE_CR("a CR without LF in the header"),
        /// A LF without CR.
        BARE_LF("a LF without CR in the header"),
        /// An octet 0.
        NUL("an octet 0 in the header");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /// In words, for a reply.
        public String words() {
            return words;
        }
    }

    @Override
    public String toString() {
        return kind.words() + " (octet " + at + ")";
    }
}
