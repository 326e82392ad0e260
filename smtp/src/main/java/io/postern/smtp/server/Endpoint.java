package io.postern.smtp.server;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/// Where a server listens.
public sealed interface Endpoint {
    /// An address to bind; port 0 takes a free one, told by [SmtpServer#port].
    record Address(InetSocketAddress address) implements Endpoint {}

    /// A socket that is bound already, such as one inherited through socket activation. The server
    /// owns and closes it from then on.
    record Inherited(ServerSocketChannel channel) implements Endpoint {}
}
