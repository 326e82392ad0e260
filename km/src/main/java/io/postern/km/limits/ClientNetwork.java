package io.postern.km.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Who is counted as one client: an IPv4 address, or an IPv6 network of 64 bits, which is what one
/// site has at least.
///
/// @param octets of the address that count
record ClientNetwork(ByteBuffer octets) {
    private static final int IPV4 = 4;
    private static final int IPV6_NETWORK = 8;

    static ClientNetwork of(InetAddress address) {
        var octets = address.getAddress();
        return new ClientNetwork(
                ByteBuffer.wrap(
                        octets.length == IPV4 ? octets : Arrays.copyOf(octets, IPV6_NETWORK)));
    }
}
