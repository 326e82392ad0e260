/// Asking the DNS: the [Resolver] interface and its sealed [Answer], a resolver over the network, a
/// cache, and a resolver over a zone file. What each authoritative server of a name has says a
/// [Survey] by [Authorities]; [ZoneUpdate] changes it. RFC 1034, 1035, 2136, 2308, 6891, 8020,
/// 8945.
@NullMarked
package io.postern.dns;

import org.jspecify.annotations.NullMarked;
