package io.postern.gateway.delivery;

import io.postern.gateway.config.Config;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/// Whose word stands behind a message's reverse-path. What may be reported to it hangs on who
/// handed the message in, never on what the reverse-path looks like: a stranger writes there what
/// it likes.
enum Origin {
    /// A client of an inbound listener, or nobody knows.
    STRANGER,
    /// An inside host, a user, or the gateway itself.
    OURS;

    /// The listener's name in the facts of what the gateway itself writes.
    static final String INTERNAL = "internal";

    /// By the facts kept with a message.
    static Origin of(Map<String, String> facts) {
        var listener = facts.getOrDefault("listener", "");
        boolean ours =
                listener.equals(INTERNAL)
                        // Config.Listener.name: "outbound-25".
                        || Arrays.stream(Config.Role.values())
                                .filter(Config.Role::sendsOut)
                                .anyMatch(role ->
                                        listener.startsWith(
                                                role.name().toLowerCase(Locale.ROOT) + "-"));
        return ours ? OURS : STRANGER;
    }
}
