package io.postern.mail;

/// Makes a [Content] whose body lies elsewhere, such as in the store.
public final class SuppliedContent {
    private SuppliedContent() {}

    /// A content of that header section over that body.
    ///
    /// @param bodySize octets that `body` gives
    /// @param facts as they were when the content was kept
    /// @param onClose run once, at the first close
    public static Content of(
            HeaderFields header,
            long bodySize,
            ContentFacts facts,
            BodySource body,
            Runnable onClose) {
        return Stub.missing();
    }
}
