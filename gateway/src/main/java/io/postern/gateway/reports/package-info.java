/// DMARC reports of the gateway: what is counted and sent, what is received and kept. RFC 9990.
@NullMarked
package io.postern.gateway.reports;

import org.jspecify.annotations.NullMarked;
