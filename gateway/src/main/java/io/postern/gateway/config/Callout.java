package io.postern.gateway.config;

import java.time.Duration;

/// Recipients as the inside server itself says.
public record Callout(
        @Setting(
                        otherwise = "4",
                        min = 1,
                        max = 100,
                        doc = "Questions at once; more wait within `timeout`.")
                int connections,
        @Setting(
                        otherwise = "\"10s\"",
                        min = 1,
                        max = 60,
                        doc = "Time for one question, all hosts together; then 451.")
                Duration timeout,
        @Setting(otherwise = "\"4h\"", doc = "How long a recipient's existence is remembered.")
                Duration known,
        @Setting(otherwise = "\"10m\"", doc = "How long it is remembered that there is none.")
                Duration unknown,
        @Setting(
                        otherwise = "\"0s\"",
                        doc =
                                "How much longer a known recipient is taken for one while no host answers; `0s` never.")
                Duration stale,
        @Setting(
                        otherwise = "100000",
                        min = 100,
                        max = 10000000,
                        doc = "Answers remembered at once.")
                int remembered) {
    public Remembering remembering() {
        return new Remembering(known, unknown, stale, remembered);
    }
}
