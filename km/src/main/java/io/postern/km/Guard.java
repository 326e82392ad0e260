package io.postern.km;

import java.sql.SQLException;
import java.util.Optional;

/// Asked before each act, within its transaction.
interface Guard {
    /// Of a vault that is sealed: what needs it open can't be done anyway.
    Guard NONE =
            new Guard() {
                @Override
                public Optional<String> allow(Database on, Request request) {
                    return Optional.empty();
                }

                @Override
                public void done(Request request) {
                    // Nothing is counted.
                }
            };

    /// Returns what the audit says of those who agreed; empty when nobody had to.
    ///
    /// @throws io.postern.km.secret.KmException when too few did
    Optional<String> allow(Database on, Request request) throws SQLException;

    /// The act stands.
    void done(Request request);
}
