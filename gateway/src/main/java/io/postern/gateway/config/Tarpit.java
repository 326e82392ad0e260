package io.postern.gateway.config;

import java.time.Duration;

/// Bounds on refusals that take their time.
public record Tarpit(
        @Setting(
                        otherwise = "2000",
                        min = 0,
                        max = 100000,
                        doc =
                                "Sessions that may wait for a refusal at once; when there are more, the others get "
                                        + "theirs without a wait.")
                int sessions,
        @Setting(otherwise = "\"30s\"", max = 240, doc = "The longest wait for one refusal.")
                Duration longest) {}
