/// The gateway's own TLS: certificates from files, chosen by server name, reloaded when the files
/// change, watched for their expiry; and what was agreed with peers.
@NullMarked
package io.postern.gateway.tls;

import org.jspecify.annotations.NullMarked;
