package io.postern.gateway.directory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on loopback that does to each connection what it is told, on a thread of its own.
public final class Hostile implements AutoCloseable {
    private final ServerSocket server;
    private final Behaviour behaviour;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    public final AtomicInteger connections = new AtomicInteger();

    /// What is done to a connection; closing it from outside ends it.
    public interface Behaviour {
        void to(Socket socket) throws IOException;
    }

    public Hostile(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Thread.ofVirtual().name("hostile").start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /// Waits until no client is connected any more.
    public synchronized void awaitLeft() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!open.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError(open.size() + " connections are still open");
            }
            wait(left);
        }
    }

    private synchronized void left(Socket socket) {
        open.remove(socket);
        notifyAll();
    }

    private void accept() {
        while (true) {
            try {
                var socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            behaviour.to(socket);
        } catch (IOException _) {
            // The client went away.
        } finally {
            left(socket);
        }
    }

    /// The server goes, and all connections with it.
    public void stop() {
        close();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
