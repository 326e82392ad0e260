package io.postern.gateway.recipients;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The recipients of all domains that take mail from outside. Immutable but for what the
/// directories learn.
public final class OwnRecipients {
    private static final String POSTMASTER = "postmaster";

    private final Map<Domain, Own> byDomain = new HashMap<>();

    private record Own(RecipientDirectory directory, Optional<String> separator, Duration tarpit) {}

    public OwnRecipients(Config config) {
        for (var domain : config.domain()) {
            if (domain.deliverTo().isEmpty() || domain.recipients().isEmpty()) {
                continue;
            }
            var settings = domain.recipients().get();
            byDomain.put(
                    domain.name(),
                    new Own(
                            new ListDirectory(
                                    "list of " + domain.name(), localParts(settings.list())),
                            settings.separator(),
                            settings.tarpit()));
        }
    }

    /// Whether mail from outside is taken for some recipient of that domain.
    public boolean serves(Domain domain) {
        return byDomain.containsKey(domain);
    }

    /// What is known of a recipient; a domain that is not served has none.
    public Found look(Mailbox mailbox) {
        if (!(mailbox.host() instanceof Domain domain) || !byDomain.containsKey(domain)) {
            return new Found.Unknown("no domain of ours");
        }
        // RFC 5321 §4.5.1: it must be served for every domain that takes mail, whatever lists say.
        if (mailbox.localPart().equalsIgnoreCase(POSTMASTER)) {
            return new Found.Known("RFC 5321 §4.5.1");
        }
        var own = byDomain.get(domain);
        return switch (own.directory().look(mailbox)) {
            case Found.Unknown unknown ->
                    own.separator()
                            .flatMap(text -> LocalParts.withoutDetail(mailbox, text.charAt(0)))
                            .map(base -> own.directory().look(base))
                            .orElse(unknown);
            case Found.Known known -> known;
            case Found.Unavailable unavailable -> unavailable;
        };
    }

    /// How long the refusal of an unknown recipient of that domain takes.
    Duration tarpit(Domain domain) {
        var own = byDomain.get(domain);
        return own == null ? Duration.ZERO : own.tarpit();
    }

    private static List<String> localParts(List<String> addresses) {
        return addresses.stream()
                .map(text ->
                        switch (Paths.mailbox(text, true)) {
                            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) -> mailbox.localPart();
                            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                                    throw new IllegalArgumentException(
                                            text + " is no address: " + why);
                        })
                .toList();
    }
}
