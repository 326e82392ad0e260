package io.postern.km;

import io.postern.km.ca.RevocationReason;
import io.postern.km.secret.KmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// Statements on certificates.
final class Certificates {
    private Certificates() {}

    static String key(String address) {
        return address.toLowerCase(Locale.ROOT);
    }

    /// Of an address, the newest first.
    static List<CertificateView> of(Database on, String address) throws SQLException {
        return on.query(
                "SELECT "
                        + CertificateView.COLUMNS
                        + " FROM certificate WHERE address = ? ORDER BY issued DESC, serial",
                CertificateView::of,
                key(address));
    }

    /// Those that are meant, in whatever state.
    ///
    /// @throws KmException when there is none
    static List<CertificateView> chosen(Database on, Chosen chosen) throws SQLException {
        return switch (chosen) {
            case Chosen.OfAddress(var address) -> {
                var found = of(on, address);
                if (found.isEmpty()) {
                    throw new KmException(
                            "there is no certificate for %s: `postern km list` shows all"
                                    .formatted(address));
                }
                yield found;
            }
            case Chosen.Serial(var serial) ->
                    List.of(
                            on.first(
                                            "SELECT "
                                                    + CertificateView.COLUMNS
                                                    + " FROM certificate WHERE serial = ?",
                                            CertificateView::of,
                                            serial)
                                    .orElseThrow(() ->
                                            new KmException(
                                                    "there is no certificate with the serial number %s: `postern km list` shows all"
                                                            .formatted(serial))));
        };
    }

    static void set(
            Database on, CertificateView one, String state, Instant at, RevocationReason reason)
            throws SQLException {
        on.update(
                "UPDATE certificate SET state = ?, revoked = ?, reason = ? WHERE serial = ?",
                state,
                at.getEpochSecond(),
                reason.name(),
                one.serial());
    }

    static void release(Database on, CertificateView one) throws SQLException {
        on.update(
                "UPDATE certificate SET state = 'valid', revoked = NULL, reason = NULL WHERE serial = ?",
                one.serial());
    }
}
