package io.postern.km;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How the KM server is.
///
/// @param state `none` (no vault), `stopped` (no start secret, or another), or `sealed`; it is open
///   only while a command works
/// @param vault its name, as unseal keys have it
/// @param authority of the issuing authority: its name
/// @param authorityUntil when its certificate ends
/// @param rootUntil when the root's does
/// @param crlHorizon until when there are revocation lists without opening the vault
/// @param crlNumber of the list in force
/// @param crlNextUpdate when that one is outdated
/// @param responderUntil when the OCSP responder's certificate ends
/// @param valid how many certificates are neither revoked nor held nor expired
/// @param held how many are held
/// @param revoked how many are revoked
/// @param expiring how many are to be renewed, see [KeyManagement#due]: they end within 30 days
/// @param backupTested when the second medium of the unseal key was shown to work
/// @param lastBackup when the last backup was taken
/// @param auditLines how many acts there are
/// @param auditHead hash of the last line
/// @param slots what opens the vault
/// @param approvals who is asked before acts, how many for each, and how many requests wait
/// @param warnings what somebody should do, the worst first
public record KmStatus(
        String state,
        Optional<String> vault,
        Optional<String> authority,
        Optional<Instant> authorityUntil,
        Optional<Instant> rootUntil,
        Optional<Instant> crlHorizon,
        Optional<Long> crlNumber,
        Optional<Instant> crlNextUpdate,
        Optional<Instant> responderUntil,
        long valid,
        long held,
        long revoked,
        long expiring,
        Optional<Instant> backupTested,
        Optional<Instant> lastBackup,
        long auditLines,
        String auditHead,
        List<String> slots,
        String approvals,
        List<String> warnings) {
    public KmStatus {
        slots = List.copyOf(slots);
        warnings = List.copyOf(warnings);
    }
}
