/// Asking the DNS: the [Resolver] interface and its sealed [Answer], a resolver over the network, a
/// cache, and a resolver over a zone file. RFC 1034, 1035, 2308, 6891, 8020.
@NullMarked
package io.postern.dns;

import org.jspecify.annotations.NullMarked;
