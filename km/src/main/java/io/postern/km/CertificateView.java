package io.postern.km;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// A certificate that was issued.
///
/// @param serial in hexadecimal digits, lower case
/// @param address whose it is
/// @param usage `sign`, `encrypt` or `both`
/// @param state `valid`, `held` or `revoked`; that it has expired is in `notAfter`
/// @param revoked since when it is held or revoked
/// @param reason why
/// @param recoverable whether its key is in escrow
public record CertificateView(
        String serial,
        String address,
        String usage,
        String state,
        Instant notBefore,
        Instant notAfter,
        Optional<Instant> revoked,
        Optional<String> reason,
        boolean recoverable) {
    static final String COLUMNS =
            "serial, address, usage, state, not_before, not_after, revoked, reason,"
                    + " deposit IS NOT NULL";

    static CertificateView of(ResultSet row) throws SQLException {
        long revoked = row.getLong(7);
        boolean is = !row.wasNull();
        return new CertificateView(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                Instant.ofEpochSecond(row.getLong(5)),
                Instant.ofEpochSecond(row.getLong(6)),
                is ? Optional.of(Instant.ofEpochSecond(revoked)) : Optional.empty(),
                is ? Optional.of(words(row.getString(8))) : Optional.empty(),
                row.getBoolean(9));
    }

    private static String words(String reason) {
        return reason.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
