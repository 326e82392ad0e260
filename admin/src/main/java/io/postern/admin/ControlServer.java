package io.postern.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;

/// The control API on a Unix socket in the data folder. The file's mode (0600, in a folder of 0700)
/// is the authority: there is no other.
public final class ControlServer implements AutoCloseable {
    private final Server server;
    private final Path socket;

    private ControlServer(Server server, Path socket) {
        this.server = server;
        this.socket = socket;
    }

    /// Opens the socket in that data folder, which the caller has locked: whatever socket is there
    /// was left behind by a process that is gone.
    ///
    /// @throws OperationException when it can't be opened
    public static ControlServer start(Path data, Operations operations) {
        var socket = ControlSocket.of(data);
        var server = Servers.create("control");
        server.setHandler(new ControlHandler(new ControlApi(operations)));
        try {
            Files.deleteIfExists(socket);
            ControlSocket.reach(
                    socket,
                    path -> {
                        var connector = new UnixDomainServerConnector(server, 1, 1, Servers.http());
                        connector.setUnixDomainPath(path);
                        Servers.start(
                                server,
                                connector,
                                "the control socket " + socket,
                                "check the disk and the owner of the data folder");
                        return path;
                    });
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return new ControlServer(server, socket);
        } catch (IOException e) {
            Servers.stop(server);
            throw OperationException.unavailable(
                    "can't make the control socket " + socket + ": " + e.getMessage(),
                    "check the disk and the owner of the data folder",
                    e);
        }
    }

    /// Where it listens.
    public Path socket() {
        return socket;
    }

    /// Removes the socket after the requests under way were answered. Idempotent.
    @Override
    public void close() {
        Servers.stop(server);
        try {
            Files.deleteIfExists(socket);
        } catch (IOException _) {
            // The next start removes it.
        }
    }
}
