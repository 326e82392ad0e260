package io.postern.gateway.config;

import io.postern.mail.Domain;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who really sent what strangers hand in: SPF, DKIM, DMARC and ARC at listeners with role
/// `inbound`.
public record AuthenticationConfig(
        @Setting(
                        otherwise = "true",
                        doc =
                                "Whether strangers' mail is authenticated at all. When `false`, no "
                                        + "Authentication-Results field is written, and none of the settings below "
                                        + "but `ambiguous_from` matters.")
                boolean enabled,
        @Setting(
                        doc =
                                "Who says so in Authentication-Results (RFC 8601 §2.5); when absent, `hostname`. "
                                        + "Fields of strangers that claim to come from it, from `hostname` or from a "
                                        + "domain of ours are removed.")
                Optional<Domain> authservId,
        @Setting(
                        otherwise = "\"8s\"",
                        min = 1,
                        max = 60,
                        doc =
                                "How long all DNS look-ups for one message may take together, counted from the end of "
                                        + "its header section (those of SPF from MAIL). What is not known then is a "
                                        + "`temperror`, never a `fail`.")
                Duration deadline,
        @Setting(
                        otherwise = "\"refuse\"",
                        doc =
                                "What becomes of a message that fails DMARC when its author domain asks for `reject`: "
                                        + "`refuse` (550 5.7.1), `hold`, `tag` or `accept`.")
                OnFailure onReject,
        @Setting(otherwise = "\"tag\"", doc = "The same when it asks for `quarantine`.")
                OnFailure onQuarantine,
        @Setting(
                        otherwise = "\"defer\"",
                        doc =
                                "What becomes of a message when the DNS does not say whether DMARC passes: `defer` "
                                        + "(451 4.7.5; the client comes again) or `accept`, with `temperror` written "
                                        + "on it.")
                OnTrouble onDnsTrouble,
        @Setting(
                        otherwise = "\"refuse\"",
                        doc =
                                "What becomes of a message whose author is not one address in one From field that has "
                                        + "one reading: `refuse` (550 5.7.1), `hold`, `tag` or `accept`.")
                OnFailure ambiguousFrom,
        @Setting(
                        otherwise = "\"tag\"",
                        doc =
                                "What becomes of a message whose From field shows another address or name than the one "
                                        + "authenticated: an address in the display name, a domain that looks like "
                                        + "one of ours or mixes scripts. `refuse`, `hold`, `tag` or `accept`.")
                OnFailure misleadingFrom,
        @Setting(
                        otherwise = "\"accept\"",
                        doc =
                                "What becomes of a message whose MAIL FROM is `fail` by SPF and that does not pass "
                                        + "DMARC. RFC 7489 §10.1 warns of `refuse`: forwarded mail with a good "
                                        + "signature is told apart only after DATA, as here.")
                OnFailure onSpfFail,
        @Setting(
                        doc =
                                "Author domains whose failures are written down and not acted upon, with those below them.")
                List<Domain> exempt,
        @Setting(
                        doc =
                                "Networks of forwarders that are trusted: DMARC failures of what they hand in are "
                                        + "written down and not acted upon.")
                List<Network> forwarders,
        @Setting(
                        doc =
                                "Domains whose ARC seals are believed (RFC 8617): a failure of DMARC is not acted upon "
                                        + "when the chain is whole, its newest sealer is named here, and it says that DMARC "
                                        + "passed where it came from.")
                List<Domain> trustedSealers,
        @Setting(
                        otherwise = "true",
                        doc = "Whether a Received-SPF field (RFC 7208 §9.1) is written as well.")
                boolean receivedSpf) {

    /// What becomes of a message that is not what it claims.
    public enum OnFailure {
        /// 550 in the dialogue.
        REFUSE,
        /// Taken and kept until an operator releases or deletes it.
        HOLD,
        /// Delivered with a header field for the inside server.
        TAG,
        /// Delivered with the results alone.
        ACCEPT
    }

    /// What becomes of a message about which the DNS does not say enough.
    public enum OnTrouble {
        DEFER,
        ACCEPT
    }
}
