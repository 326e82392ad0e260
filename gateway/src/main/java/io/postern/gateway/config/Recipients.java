package io.postern.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who in a domain of ours takes mail from outside. Of several sources, one that knows a recipient
/// is enough; all have to say no before it is refused; otherwise the client is told to come again.
public record Recipients(
        @Setting(
                        doc =
                                "Addresses of the domain, written whole. Compared without case, local part "
                                        + "included: no two of one inside server differ in case alone.")
                List<String> list,
        @Setting(
                        doc =
                                "A text file with one address, or `@example.com` for a whole domain, a line; `#` begins "
                                        + "a comment. Read again when it changes; write a new one beside it and rename it.")
                Optional<Path> file,
        @Setting(doc = "The name of the [[directory]] that is asked.") Optional<String> directory,
        @Setting(
                        doc =
                                "Asks the hosts of `deliver_to` with MAIL and RCPT. `callout = {}` for the defaults.")
                Optional<Callout> callout,
        @Setting(
                        doc =
                                "A list of hashes that the inside sends with `postern recipients push`. `pushed = {}` "
                                        + "for the defaults.")
                Optional<Pushed> pushed,
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
