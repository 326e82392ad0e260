/// Sharing a secret among n people so that any m of them have it and fewer have nothing: Shamir's
/// scheme over GF(2^8), and the printed form of a share.
@NullMarked
package io.postern.km.shares;

import org.jspecify.annotations.NullMarked;
