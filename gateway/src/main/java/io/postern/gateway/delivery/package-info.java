/// How queued mail leaves: routes, queues by destination, connections, retries, DSNs.
@NullMarked
package io.postern.gateway.delivery;

import org.jspecify.annotations.NullMarked;
