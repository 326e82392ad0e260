package io.postern.gateway.config;

import io.postern.dns.TrustAnchors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What no single key of [Config.Dns] can say.
public final class DnsRules {
    private DnsRules() {}

    static void check(Config config, Binder binder, List<String> wrong) {
        if (config.dns().trustAnchors().isEmpty()) {
            return;
        }
        var place = binder.place("dns.trust_anchors");
        if (config.dns().dnssec() != Config.DnssecMode.VALIDATE) {
            wrong.add(place + "dns.trust_anchors goes with dns.dnssec = \"validate\" only");
        }
        try {
            var _ = anchors(config.dns().trustAnchors().get());
        } catch (ConfigException e) {
            wrong.add(place + e.getMessage());
        }
    }

    /// The trust anchors in a file.
    ///
    /// @throws ConfigException when it can't be read or is none, with the line
    public static TrustAnchors anchors(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException("trust anchors " + file + ": can't be read (" + e + ")", e);
        }
        return switch (TrustAnchors.parse(text)) {
            case TrustAnchors.Parsed.Ok(var anchors) -> anchors;
            case TrustAnchors.Parsed.Bad(var line, var why) ->
                    throw new ConfigException(
                            "trust anchors "
                                    + file
                                    + (line == 0 ? "" : ", line " + line)
                                    + ": "
                                    + why
                                    + ". Give DS or DNSKEY records such as those of"
                                    + " /usr/share/dns/root.key");
        };
    }
}
