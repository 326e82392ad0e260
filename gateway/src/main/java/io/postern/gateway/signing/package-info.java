/// The life of DKIM keys as the configuration wants it: who publishes, when the rounds are made,
/// and what is told of it.
@NullMarked
package io.postern.gateway.signing;

import org.jspecify.annotations.NullMarked;
