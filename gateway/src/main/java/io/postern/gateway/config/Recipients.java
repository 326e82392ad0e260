package io.postern.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who in a domain of ours takes mail from outside.
public record Recipients(
        @Setting(
                        doc =
                                "Addresses of the domain, written whole. Compared without case, local part "
                                        + "included: no two of one inside server differ in case alone.")
                List<String> list,
        @Setting(
                        doc =
                                "The character that begins a detail, such as `+`: then mail for `info+shop@` is taken "
                                        + "when `info@` is a recipient.")
                Optional<String> separator,
        @Setting(
                        otherwise = "\"500ms\"",
                        max = 60,
                        doc = "How long a client waits for the refusal of an unknown recipient.")
                Duration tarpit) {}
