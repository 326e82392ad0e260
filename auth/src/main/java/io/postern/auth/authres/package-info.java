/// The Authentication-Results header field. RFC 8601.
@NullMarked
package io.postern.auth.authres;

import org.jspecify.annotations.NullMarked;
