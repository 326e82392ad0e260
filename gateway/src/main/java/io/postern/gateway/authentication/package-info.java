/// Who really sent a message that a stranger hands in: SPF from MAIL on, DKIM and ARC as the
/// content passes, DMARC at its end; what is done about it, and how it is written down.
@NullMarked
package io.postern.gateway.authentication;

import org.jspecify.annotations.NullMarked;
