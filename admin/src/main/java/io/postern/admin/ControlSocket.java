package io.postern.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Where the control socket is: `control.sock` in the data folder. Whoever may open the file may
/// command the gateway.
public final class ControlSocket {
    /// The file's name in the data folder.
    public static final String FILE = "control.sock";

    /// unix(7): `sun_path` holds 108 octets, the final zero included; BSD's 104.
    private static final int MAX_PATH_OCTETS = 103;

    private ControlSocket() {}

    /// The socket of a data folder.
    public static Path of(Path data) {
        return data.resolve(FILE);
    }

    /// Work with a socket under a name short enough for the system.
    interface Work<T> {
        T with(Path shortEnough) throws IOException;
    }

    /// Runs the work with a path that leads to the socket and is short enough: its own if that is,
    /// otherwise one through a link in a folder of ours that is removed afterwards.
    static <T> T reach(Path socket, Work<T> work) throws IOException {
        if (fits(socket)) {
            return work.with(socket);
        }
        var folder =
                Files.createTempDirectory(
                        "postern",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        var link = folder.resolve("d");
        try {
            Files.createSymbolicLink(link, socket.toAbsolutePath().getParent());
            return work.with(link.resolve(socket.getFileName()));
        } finally {
            Files.deleteIfExists(link);
            Files.delete(folder);
        }
    }

    private static boolean fits(Path socket) {
        // One octet per character at least; a name that is not ASCII takes the long way.
        return socket.toString().length() * (ascii(socket.toString()) ? 1 : 3) <= MAX_PATH_OCTETS;
    }

    private static boolean ascii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
