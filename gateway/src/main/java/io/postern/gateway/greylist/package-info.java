/// Greylisting. RFC 6647.
@NullMarked
package io.postern.gateway.greylist;

import org.jspecify.annotations.NullMarked;
