package io.postern.mail;

/// The BODY parameter of MAIL. RFC 6152 §3 (7BIT, 8BITMIME), RFC 3030 §3 (BINARYMIME).
public enum BodyType {
    SEVEN_BIT("7BIT"),
    EIGHT_BIT_MIME("8BITMIME"),
    BINARY_MIME("BINARYMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    /// The word on the wire.
    public String keyword() {
        return keyword;
    }
}
