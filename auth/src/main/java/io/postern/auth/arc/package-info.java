/// Authenticated Received Chain: what those who handled a message before say of it, each vouching
/// for those before him. RFC 8617.
///
/// A chain that passes says who sealed it, not that they are to be trusted: whoever reads a result
/// must know the sealers (§9.5).
@NullMarked
package io.postern.auth.arc;

import org.jspecify.annotations.NullMarked;
