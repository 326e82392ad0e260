package io.postern.km;

import java.util.List;

/// Told how an act for many goes. On the thread that has the vault.
public interface BulkWatch {
    /// It stands, and its files are shown.
    ///
    /// @param index of the order
    void done(int index, List<CertificateView> made);

    /// All of a portion was told: when to look how far it is.
    void portion();

    /// Nothing was made, and the others go on.
    ///
    /// @param had whether it has what was ordered, perhaps of an earlier run
    /// @param why for people
    void passed(int index, boolean had, String why);
}
