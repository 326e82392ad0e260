package io.postern.gateway.recipients;

/// What a directory says about a recipient.
public sealed interface Found {
    /// It takes mail.
    ///
    /// @param source where that is known from, for operators: `list of example.com`
    record Known(String source) implements Found {}

    /// It does not exist.
    ///
    /// @param source where that is known from
    record Unknown(String source) implements Found {}

    /// The directory can't say now: never taken for a yes or a no.
    ///
    /// @param why for operators; not told to strangers
    record Unavailable(String why) implements Found {}
}
