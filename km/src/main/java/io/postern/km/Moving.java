package io.postern.km;

import io.postern.km.secret.KmException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/// A vault that was moved to another machine does no more acts here: two machines that number lists
/// and revoke apart from each other would undo each other.
final class Moving {
    static final String SETTING = "moved";

    private static final Set<String> ALLOWED =
            Set.of("move", "stay", "backup", "refused-to-open", "request", "approve");

    private Moving() {}

    static Optional<String> moved(Database on) throws SQLException {
        return Tables.meta(on, SETTING)
                .map(to ->
                        "this vault was moved to another machine (%s): work there. If the move failed, `postern km move cancel`"
                                .formatted(to));
    }

    /// @throws KmException when the act must be done on the other machine
    static void check(Database on, Request request) throws SQLException {
        var moved = moved(on);
        if (moved.isPresent() && !ALLOWED.contains(request.act())) {
            throw new KmException(moved.get());
        }
    }
}
