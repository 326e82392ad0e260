package io.postern.gateway.config;

import java.nio.file.Path;

/// The configuration of `serve` without one: everything stays on this machine.
public final class Sandbox {
    /// The domain that gets keys and may write mail.
    public static final String DOMAIN = "example.com";

    private Sandbox() {}

    /// That configuration, with its data in this folder.
    public static Config config(Path data) {
        var folder = data.toAbsolutePath().normalize();
        return ConfigReader.parse(text(folder), "sandbox", folder);
    }

    private static String text(Path folder) {
        return """
        hostname = "gw.example.com"
        data = %s

        [[listener]]
        role = "outbound"
        address = "127.0.0.1:2525"

        [[domain]]
        name = "example.com"
        dkim = { check = "off" }

        [outbound]
        capture = "capture"
        """
                .formatted("'" + folder + "'");
    }
}
