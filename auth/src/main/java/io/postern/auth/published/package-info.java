/// What a domain publishes about its mail, looked at from outside: DKIM, SPF, DMARC, MX, MTA-STS,
/// TLS-RPT. Pure: clock and resolver are arguments.
@NullMarked
package io.postern.auth.published;

import org.jspecify.annotations.NullMarked;
