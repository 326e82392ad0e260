/// Sender Policy Framework. RFC 7208.
@NullMarked
package io.postern.auth.spf;

import org.jspecify.annotations.NullMarked;
