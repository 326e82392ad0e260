package io.postern.gateway.dnsbl;

/// What a zone says of an address or a domain.
sealed interface Listing {
    /// It is listed.
    ///
    /// @param codes the answers that say so
    /// @param reason the zone's text, cleaned and short; empty when there is none
    record Listed(String codes, String reason) implements Listing {}

    /// It is not listed.
    record NotListed() implements Listing {}

    /// The zone said something that is no listing: a code that does not count, or an address that
    /// no list answers.
    record Meaningless(String why) implements Listing {}

    /// Nothing is known: the DNS did not answer, the zone's operator did not want to, or the zone
    /// is not used.
    record Silent(String why) implements Listing {}
}
