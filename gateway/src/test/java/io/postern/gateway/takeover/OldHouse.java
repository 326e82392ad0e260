package io.postern.gateway.takeover;

import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A copy of an old machine's files, made by a test.
record OldHouse(Path root) {
    OldHouse with(String name, String text) {
        try {
            var file = root.resolve(name.substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A key in PKCS#8.
    static String pem(String algorithm, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder()
                            .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String ed25519() {
        return pem("Ed25519", 0);
    }

    Takeover.Result read(
            Optional<String> opendkim, Optional<String> rspamd, Optional<String> postfix) {
        return Takeover.read(
                new Takeover.Sources(
                        opendkim.map(Path::of),
                        rspamd.map(Path::of),
                        postfix.map(Path::of),
                        Optional.of(root)));
    }

    private static Takeover done(Takeover.Result result) {
        return switch (result) {
            case Takeover.Result.Done(var takeover) -> takeover;
            case Takeover.Result.Unreadable unreadable ->
                    throw new AssertionError(unreadable.toString());
        };
    }

    Takeover opendkim() {
        return done(read(Optional.of("/etc/opendkim.conf"), Optional.empty(), Optional.empty()));
    }

    Takeover rspamd() {
        return done(read(Optional.empty(), Optional.of("/etc/rspamd"), Optional.empty()));
    }

    Takeover postfix() {
        return done(read(Optional.empty(), Optional.empty(), Optional.of("/etc/postfix/main.cf")));
    }

    Takeover all() {
        return done(
                read(
                        Optional.of("/etc/opendkim.conf"),
                        Optional.empty(),
                        Optional.of("/etc/postfix/main.cf")));
    }

    /// What was made, read as the gateway reads it.
    static Config config(Takeover takeover) {
        return ConfigReader.parse(
                takeover.configuration().orElseThrow(), "made.toml", Path.of("/nowhere"));
    }

    /// The remarks, one a line.
    static String said(Takeover takeover) {
        return String.join(
                "\n",
                takeover.remarks().stream()
                        .map(remark -> remark.kind().words() + ": " + remark)
                        .toList());
    }

    /// `d=… s=…` of what the old set-up signs for an author.
    static List<String> signs(Takeover takeover, String from) {
        var header =
                new io.postern.mail.HeaderFields(
                        List.of(new io.postern.mail.HeaderField("From", "From: " + from + "\r\n")));
        return takeover.signatures(header).stream().map(OldSigner.Signature::name).toList();
    }

    /// The fault of the only key; empty when it can be taken over.
    static String fault(Takeover takeover) {
        return switch (takeover.keys().getFirst().state()) {
            case OldKey.State.Usable _ -> "";
            case OldKey.State.Unusable(var why, var remedy) -> why + "; " + remedy;
        };
    }
}
