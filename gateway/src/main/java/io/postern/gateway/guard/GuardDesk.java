package io.postern.gateway.guard;

import java.util.List;

/// What an operator can do about suspensions, whether the gateway runs or not. Safe for many
/// threads.
public interface GuardDesk {
    /// All that are suspended, by name.
    List<SuspensionView> suspended();

    /// Lifts a suspension; the hour begins anew.
    ///
    /// @param name of a user, or the address of a client
    /// @param asUsual whether what was too much is usual from now on
    /// @return false when it was not suspended
    boolean resume(String name, boolean asUsual);
}
