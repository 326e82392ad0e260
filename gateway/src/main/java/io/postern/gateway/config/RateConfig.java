package io.postern.gateway.config;

import java.util.List;

/// One rate: how much of what may come from whom, or for whom, in how long.
public record RateConfig(
        @Setting(
                        required = true,
                        doc =
                                "What it is called in replies, logs and `postern rates`: up to 40 small letters, "
                                        + "digits and hyphens. Counting survives a restart under this name.")
                String name,
        @Setting(
                        required = true,
                        doc =
                                "Whose bucket: the `client`'s address, its `network` (/24 of IPv4, /64 of IPv6), the "
                                        + "authenticated `user`, the `reverse-path-domain` or the `forward-path-domain`. "
                                        + "The null reverse-path has no domain and no bucket.")
                Per per,
        @Setting(
                        required = true,
                        doc =
                                "What is counted: `connections` (at connect, of `client` and `network` alone), "
                                        + "`messages` (at MAIL), `recipients` (at RCPT), `octets` (at MAIL the declared "
                                        + "size must fit, at the end of the content the true one is taken).")
                What what,
        @Setting(
                        required = true,
                        doc =
                                "Amount and span, such as `100/1m` or `1 GiB/1d`: so much at once after a rest, and so "
                                        + "much comes back in each span, evenly. `100/1h burst 500` lets 500 come at "
                                        + "once.")
                RateLimit limit,
        @Setting(
                        otherwise = "450",
                        min = 421,
                        max = 450,
                        doc =
                                "The reply: 450 (4.7.1, the session goes on) or 421 (4.7.1, the session ends). At "
                                        + "connect always 421.")
                int reply,
        @Setting(
                        doc =
                                "The roles of listeners where it counts, such as `[\"inbound\"]`; when empty, all.")
                List<Config.Role> roles,
        @Setting(doc = "Networks whose clients are not counted.") List<Network> exempt,
        @Setting(
                        otherwise = "\"enforce\"",
                        doc =
                                "`shadow` counts, writes the decision record and an event when it would refuse, and "
                                        + "refuses nothing: for finding a limit that fits.")
                Mode mode) {

    /// Whose bucket.
    public enum Per {
        CLIENT,
        NETWORK,
        USER,
        REVERSE_PATH_DOMAIN,
        FORWARD_PATH_DOMAIN
    }

    /// What is counted.
    public enum What {
        CONNECTIONS,
        MESSAGES,
        RECIPIENTS,
        OCTETS
    }

    /// Whether it refuses.
    public enum Mode {
        ENFORCE,
        SHADOW
    }
}
