package io.postern.cli;

import io.postern.km.Handout;
import io.postern.km.HandoutFolder;
import io.postern.km.KeyFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Files to a folder, and their passphrase to another file or to who watches: before the act
/// stands, for a passphrase of nothing does no harm, and a file without one is lost.
///
/// @param passphraseTo empty to show it
record KmHandout(Io io, HandoutFolder folder, Optional<Path> passphraseTo) implements Handout {
    @Override
    public void keep(KeyFiles files) {
        folder.keep(files);
        var passphrase = files.passphrase().characters();
        var text = new String(passphrase);
        Arrays.fill(passphrase, '\0');
        if (passphraseTo.isPresent()) {
            KmOutput.write(
                    io.file(passphraseTo.get()), (text + "\n").getBytes(StandardCharsets.US_ASCII));
        } else {
            io.line("passphrase: " + text);
            io.out().flush();
        }
    }

    @Override
    public void show(KeyFiles files) {
        for (var file : files.files()) {
            var one = file.certificate();
            io.line(
                    "%s  %s, serial %s, until %s"
                            .formatted(
                                    folder.show(file), one.usage(), one.serial(), one.notAfter()));
        }
        passphraseTo.ifPresent(file -> io.line("their passphrase is in " + file));
        io.line("Hand the files over by one way and the passphrase by another.");
    }
}
