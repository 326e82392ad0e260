package io.postern.km;

/// Which certificates are meant.
public sealed interface Chosen {
    /// All of an address that are not revoked.
    record OfAddress(String address) implements Chosen {
        /// As people type it; case does not matter.
        @Override
        public String toString() {
            return address;
        }
    }

    /// One.
    ///
    /// @param serial in hexadecimal digits, as `km list` and OpenSSL show it
    record Serial(String serial) implements Chosen {
        /// Without blanks, colons and leading zeros, in lower case.
        public Serial {
            serial =
                    serial.toLowerCase(java.util.Locale.ROOT)
                            .replaceAll("[\\s:]", "")
                            .replaceFirst("^0+(?=.)", "");
        }

        @Override
        public String toString() {
            return serial;
        }
    }

    /// What somebody typed: an address when it has an at sign.
    static Chosen of(String text) {
        return text.indexOf('@') >= 0 ? new OfAddress(text.strip()) : new Serial(text);
    }
}
