/// The key management server on a data folder: [KeyManagement] knows what is there while the vault
/// is sealed; [Founding] makes a vault; [OpenVault] does the acts that need it open, each with its
/// audit line in one transaction.
@NullMarked
package io.postern.km;

import org.jspecify.annotations.NullMarked;
