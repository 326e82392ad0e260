/// DKIM signatures: made and verified. RFC 6376 with RFC 8301, 8463 and 8616. Pure: the clock and
/// the resolver are arguments.
@NullMarked
package io.postern.auth.dkim;

import org.jspecify.annotations.NullMarked;
