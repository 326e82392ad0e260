package io.postern.smtp.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/// A listening socket whose first accepts fail, as they do when file handles have run out.
final class FailingChannel extends ServerSocketChannel {
    private final ServerSocketChannel inner;
    private int failures;

    FailingChannel(ServerSocketChannel inner, int failures) {
        super(inner.provider());
        this.inner = inner;
        this.failures = failures;
    }

    @Override
    public SocketChannel accept() throws IOException {
        if (failures > 0) {
            failures--;
            throw new IOException("Too many open files");
        }
        return inner.accept();
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        inner.bind(local, backlog);
        return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        inner.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return inner.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return inner.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        return inner.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return inner.getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        inner.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        inner.configureBlocking(block);
    }
}
