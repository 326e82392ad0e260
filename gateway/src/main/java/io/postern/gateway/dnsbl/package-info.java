/// Lists in the DNS, of clients (DNSBL) and of domains (RHSBL). RFC 5782.
@NullMarked
package io.postern.gateway.dnsbl;

import org.jspecify.annotations.NullMarked;
