/// The two tiers of secrets: [TierKey] seals records, under the start secret (runtime tier) or
/// under the vault's master key; [Slots] are the ways to open the vault; [Escrow] takes deposits
/// that only the open vault can read.
@NullMarked
package io.postern.km.vault;

import org.jspecify.annotations.NullMarked;
