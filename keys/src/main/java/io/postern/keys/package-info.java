/// Custody of secrets and the life of DKIM keys: [StartSecret] opens [KeyWrap], under which every
/// private key in the store is wrapped; [DkimKeys] makes, imports, lists and publishes DKIM keys;
/// [CryptoProviders] chooses who computes.
@NullMarked
package io.postern.keys;

import org.jspecify.annotations.NullMarked;
