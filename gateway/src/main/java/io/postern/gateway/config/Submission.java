package io.postern.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How users authenticate on listeners with role `submission`.
public record Submission(
        @Setting(
                        otherwise =
                                "[\"scram-sha-256-plus\", \"scram-sha-256\", \"plain\", \"external\"]",
                        doc =
                                "SASL mechanisms, in the order in which EHLO tells them. PLAIN and PLUS are offered under "
                                        + "TLS only, EXTERNAL only to a client that showed a certificate (`client_ca`), SCRAM "
                                        + "not with `directory`.")
                List<Mechanism> mechanisms,
        @Setting(
                        doc =
                                "Where users are whom the store does not have; they log in by PLAIN, and the directory "
                                        + "says whether the password is right (a bind): `directory = { name = \"corp\" }`. Their "
                                        + "addresses are in the directory's `attributes`. The listener then offers no SCRAM, "
                                        + "which needs keys made of the password: clients would choose it, and fail.")
                Optional<UserDirectory> directory,
        @Setting(
                        otherwise = "false",
                        doc =
                                "Whether SCRAM-SHA-256 is offered in clear too: it shows no password, but what follows is "
                                        + "seen and can be changed by anybody on the way.")
                boolean scramInClear,
        @Setting(
                        otherwise = "true",
                        doc =
                                "Whether a user may send only as an address that is the user's: MAIL FROM, and the "
                                        + "addresses in From and Sender; else 550 5.7.1 (RFC 6409 §6.1). Off, the author domain "
                                        + "must still be ours.")
                boolean ownAddresses,
        @Setting(
                        otherwise = "5",
                        min = 1,
                        max = 1000,
                        doc = "Failed logins of one user after which the name is locked.")
                int failures,
        @Setting(
                        otherwise = "20",
                        min = 1,
                        max = 100000,
                        doc =
                                "Failed logins from one client (an IPv4 address, an IPv6 /64) after which it is locked out.")
                int failuresPerClient,
        @Setting(
                        otherwise = "\"30s\"",
                        min = 1,
                        doc =
                                "How long the first lock lasts; each failure more doubles it. While it lasts logins are "
                                        + "answered 454 4.7.0 unseen.")
                Duration lock,
        @Setting(otherwise = "\"1h\"", min = 1, doc = "How long a lock lasts at most.")
                Duration longestLock,
        @Setting(
                        otherwise = "\"1s\"",
                        max = 30,
                        doc = "How long the reply to a failed login is held back.")
                Duration failureDelay) {
    /// A SASL mechanism.
    public enum Mechanism {
        SCRAM_SHA_256_PLUS,
        SCRAM_SHA_256,
        PLAIN,
        EXTERNAL;

        /// As in EHLO: `SCRAM-SHA-256-PLUS`.
        @Override
        public String toString() {
            return name().replace('_', '-');
        }
    }
}
