package io.postern.admin;

import java.time.Instant;
import java.util.List;

/// A pushed list that is in force now.
///
/// @param entries addresses in it
/// @param made when, by the clock of the inside
/// @param domains that it covers
public record PushedView(String list, long entries, Instant made, List<String> domains) {
    public PushedView {
        domains = List.copyOf(domains);
    }
}
