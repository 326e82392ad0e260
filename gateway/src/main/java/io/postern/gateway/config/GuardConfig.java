package io.postern.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the guard takes for a sign that an account is in wrong hands.
public record GuardConfig(
        @Setting(
                        otherwise = "true",
                        doc =
                                "Whether users whose volume, or number of refused recipients, suddenly grows are "
                                        + "suspended: 450 4.7.1 until `postern users resume USER`.")
                boolean enabled,
        @Setting(
                        otherwise = "false",
                        doc =
                                "Whether inside hosts of `outbound` listeners that do not authenticate are guarded "
                                        + "too, each by its address.")
                boolean clients,
        @Setting(
                        otherwise = "5",
                        min = 2,
                        max = 1000,
                        doc = "How many times the usual is too much in an hour.")
                int factor,
        @Setting(
                        otherwise = "300",
                        min = 1,
                        max = 10000000,
                        doc = "Recipients in an hour that are never too much.")
                int recipients,
        @Setting(
                        otherwise = "50",
                        min = 1,
                        max = 10000000,
                        doc =
                                "Recipients refused for good in an hour, here or by a next hop, that are never too "
                                        + "much.")
                int refused,
        @Setting(
                        otherwise = "\"14d\"",
                        min = 3600,
                        max = 31536000,
                        doc =
                                "After how long half of what was usual is forgotten. Weekly mailings want more than a "
                                        + "week.")
                Duration halfLife,
        @Setting(doc = "Users, or addresses, that are never suspended.") List<String> exempt,
        @Setting(
                        doc =
                                "An http or https URL to which each suspension is told in JSON (docs/abuse.md); tried "
                                        + "again for some minutes when it does not answer 2xx.")
                Optional<String> webhook) {}
