package io.postern.fuzz;

import io.postern.testkit.Corpora;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What fuzzing begins with: good input of the kind, and the files of the corpora, read at run time
/// and never copied.
public final class Seeds {
    /// A file above this is of no use: the fuzzer's inputs are 4 KiB at first.
    private static final int LONGEST = 20_000;

    private Seeds() {}

    /// These texts, each character an octet.
    public static Stream<byte[]> texts(String... texts) {
        return Arrays.stream(texts).map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// These lines of a session, CRLF behind each, each prefix of them a seed.
    public static Stream<byte[]> session(String... lines) {
        var all = List.of(lines);
        return Stream.iterate(1, n -> n <= all.size(), n -> n + 1)
                .map(n -> String.join("\r\n", all.subList(0, n)) + "\r\n")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The files below that folder of the corpora, with CRLF; none when it is not there.
    public static Stream<byte[]> corpus(String folder) {
        return Corpora.folder(folder).stream().flatMap(Seeds::files).map(Seeds::withCrlf);
    }

    private static Stream<byte[]> files(Path folder) {
        try (var found = Files.walk(folder)) {
            return found
                    .filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().equals("SOURCE.txt"))
                    .filter(file -> file.toFile().length() <= LONGEST)
                    .sorted()
                    .map(Seeds::octets)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] octets(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] withCrlf(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The octets as characters U+0000 to U+00FF.
    public static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
