package io.postern.keys;

/// What became of a request about keys.
public sealed interface Outcome<T> {
    /// It was done, and is on stable storage.
    record Done<T>(T value) implements Outcome<T> {}

    /// It was not done, and nothing changed.
    ///
    /// @param why for the operator, with the remedy
    record Refused<T>(String why) implements Outcome<T> {}
}
