package io.postern.gateway.takeover;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Whether the gateway could read the key of a certificate: PKCS#8, not encrypted.
final class TlsKeyFile {
    private final SourceFiles files;
    private final Remarks remarks;

    TlsKeyFile(SourceFiles files, Remarks remarks) {
        this.files = files;
        this.remarks = remarks;
    }

    void look(PostfixFile.Parameter parameter) {
        var what = parameter.name() + " " + Remarks.cut(parameter.value());
        switch (files.octets(
                SourceFiles.name(Path.of("/"), parameter.value()), SourceFiles.SETTINGS)) {
            case SourceFiles.Octets.Bad(var bad) ->
                    remarks.problem(parameter.place(), what, bad.why(), bad.remedy());
            case SourceFiles.Octets.Ok(var octets) -> {
                var text = new String(octets, StandardCharsets.ISO_8859_1);
                if (!text.contains("-----BEGIN PRIVATE KEY-----")) {
                    remarks.problem(
                            parameter.place(),
                            what,
                            "it has no unencrypted private key in PKCS#8, which listeners need",
                            "convert it with `openssl pkey -in OLD -out NEW`, and name that as tls_key");
                }
            }
        }
    }
}
