package io.postern.gateway.config;

import java.nio.file.Path;
import java.util.Optional;

/// A certificate of the gateway's.
public record Certificate(
        @Setting(
                        required = true,
                        doc =
                                "PEM file with the certificate chain, the gateway's own first; or a PKCS#12 file (`.p12`, `.pfx`). "
                                        + "A change of the file is noticed within half a minute.")
                Path file,
        @Setting(
                        doc =
                                "PEM file with its unencrypted PKCS#8 private key; when absent, the key is in `file`.")
                Optional<Path> key,
        @Setting(
                        doc =
                                "The file with the password of a PKCS#12 file, on its first line; when absent, there is none.")
                Optional<Path> passwordFile) {}
