package io.postern.auth.arc;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.mail.Domain;
import java.util.Optional;

/// The three fields that one handler added. RFC 8617 §4.2. What it says may be believed only when
/// the whole chain passes and the sealer is known.
///
/// @param instance from 1, the first handler's
/// @param sealer `d=` of the ARC-Seal
/// @param sealSelector `s=` of the ARC-Seal
/// @param status `cv=`: what the chain was when this handler got it
/// @param signer `d=` of the ARC-Message-Signature, if it can be read
/// @param signatureSelector `s=` of the ARC-Message-Signature, if it can be read
/// @param results what the handler found when it checked the message; empty when it can't be read
public record ArcSet(
        int instance,
        Domain sealer,
        String sealSelector,
        ChainStatus status,
        Optional<Domain> signer,
        Optional<String> signatureSelector,
        Optional<AuthenticationResults> results) {}
