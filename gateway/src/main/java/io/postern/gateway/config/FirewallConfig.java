package io.postern.gateway.config;

import java.util.List;

/// Header fields that do not pass.
public record FirewallConfig(
        @Setting(doc = "Names of further fields removed from mail that comes in.")
                List<String> removeIn,
        @Setting(
                        doc =
                                "Names of further fields removed from mail that leaves, before it is signed.")
                List<String> removeOut,
        @Setting(
                        otherwise = "false",
                        doc =
                                "Whether mail that leaves tells nothing of the inside: its Received fields go (their "
                                        + "number is told in ours, so that loops are found), ours names no inside host, and "
                                        + "`X-` fields and results of authentication with a private address go.")
                boolean hideInside) {}
