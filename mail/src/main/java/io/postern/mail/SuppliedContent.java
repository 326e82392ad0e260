package io.postern.mail;

/// Makes a [Content] whose body lies elsewhere, such as in the store.
public final class SuppliedContent {
    private SuppliedContent() {}

    /// A content of that header section over that body.
    ///
    /// @param bodySize octets that `body` gives
    /// @param facts as they were when the content was kept; under another header section the
    ///   longest line of the first one still counts
    /// @param onClose run once, at the first close
    public static Content of(
            HeaderFields header,
            long bodySize,
            ContentFacts facts,
            BodySource body,
            Runnable onClose) {
        return BodyContent.elsewhere(
                header,
                bodySize,
                other -> other.equals(header) ? facts : BodyFacts.replaced(facts, other),
                body,
                onClose);
    }
}
