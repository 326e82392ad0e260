/// DMARC reports, read and written: aggregate (RFC 9990, and RFC 7489 appendix C as it still
/// arrives) and failure (RFC 9991, RFC 6591).
@NullMarked
package io.postern.auth.dmarc.report;

import org.jspecify.annotations.NullMarked;
