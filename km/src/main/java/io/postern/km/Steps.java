package io.postern.km;

/// Told of each step of an act, so that a test can end the process between any two.
@FunctionalInterface
public interface Steps {
    /// Nobody is told.
    Steps NONE = _ -> {};

    /// @param name such as `revoke: committed`
    void at(String name);
}
