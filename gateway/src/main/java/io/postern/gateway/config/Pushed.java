package io.postern.gateway.config;

import java.time.Duration;

/// Recipients as the inside pushes them.
public record Pushed(
        @Setting(
                        otherwise = "\"default\"",
                        doc =
                                "Which list, when several insides push their own: `postern recipients push --list NAME`. "
                                        + "Letters, digits and hyphens.")
                String list,
        @Setting(
                        otherwise = "\"2d\"",
                        min = 60,
                        doc =
                                "A list made longer ago than that does not answer any more: 451 until a new one comes.")
                Duration maxAge) {}
