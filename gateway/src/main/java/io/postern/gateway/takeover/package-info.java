/// Takes over what OpenDKIM, rspamd and Postfix were told: their files are read, never changed.
@NullMarked
package io.postern.gateway.takeover;

import org.jspecify.annotations.NullMarked;
