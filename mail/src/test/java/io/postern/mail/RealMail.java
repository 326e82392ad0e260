package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Messages of the MIME corpora, as octets with CRLF.
final class RealMail {
    private RealMail() {}

    /// All files, also those that are no messages; none when the corpora are not there. (The
    /// testkit, which does the same for other rooms, stands above this one.)
    static List<Sample> all() throws IOException {
        var root = Path.of(System.getProperty("postern.corpora", "../../shared/corpora"), "mime");
        if (!Files.isDirectory(root)) {
            System.out.println("corpora: mime is not at " + root + ", its suite is not run");
            return List.of();
        }
        var samples = new ArrayList<Sample>();
        try (var files = Files.walk(root)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                var text = new String(Files.readAllBytes(file), ISO_8859_1);
                samples.add(
                        new Sample(
                                root.relativize(file).toString(),
                                text.replace("\r\n", "\n").replace("\n", "\r\n")));
            }
        }
        return samples;
    }

    /// @param octets each as a character U+0000 to U+00FF
    record Sample(String name, String octets) {}
}
