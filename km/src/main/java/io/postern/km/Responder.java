package io.postern.km;

import io.postern.km.ca.Authorities;
import io.postern.km.ca.Issuer;
import io.postern.km.ca.Names;
import io.postern.km.ca.Validity;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;

/// The OCSP responder: its key is in the runtime tier for good, its certificate lives as long as
/// the horizon of the lists and is renewed with them.
final class Responder {
    static final String KEY = "ocsp-key";

    private static final Duration LIFE = Duration.ofDays(94);

    private Responder() {}

    /// Certifies its key anew.
    static void certify(Database on, Desk desk, Issuer authority) throws SQLException {
        try (var octets = Tables.get(on, desk.runtime(), KEY, "public")) {
            var key = PrivateKeys.decodePublic("EC", octets.copy());
            var certificate =
                    Authorities.responder(
                            authority,
                            key,
                            Names.authority(
                                    Tables.needed(on, "organization") + " OCSP 1",
                                    Tables.needed(on, "organization"),
                                    Tables.needed(on, "country")),
                            Validity.of(desk.world().now(), LIFE),
                            desk.world().random());
            Tables.setMeta(
                    on,
                    "responder",
                    Base64.getEncoder().encodeToString(PrivateKeys.der(certificate)));
        }
    }
}
