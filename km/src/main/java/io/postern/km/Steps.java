package io.postern.km;

/// Told of each step of an act, so that a test can end the process between any two.
@FunctionalInterface
public interface Steps {
    /// Nobody is told.
    Steps NONE = _ -> {};

    /// Called before the next step begins; what it throws ends the act there.
    ///
    /// @param name such as `revoke: committed`
    void at(String name);
}
