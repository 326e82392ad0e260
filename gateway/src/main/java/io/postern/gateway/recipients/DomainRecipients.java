package io.postern.gateway.recipients;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The recipients of one domain, from all its sources together: one that knows an address is
/// enough; it is unknown when all say so; otherwise it can't be said.
final class DomainRecipients implements RecipientDirectory {
    private final Domain domain;
    private final Optional<String> separator;
    private final List<Source> sources;

    /// @param sources in the order in which they are asked: those in memory first
    DomainRecipients(Domain domain, Optional<String> separator, List<Source> sources) {
        this.domain = domain;
        this.separator = separator;
        this.sources = List.copyOf(sources);
    }

    NormalAddress normal(Mailbox mailbox) {
        return NormalAddress.of(mailbox.localPart(), domain, separator);
    }

    @Override
    public Found look(Mailbox mailbox) {
        var address = normal(mailbox);
        var answers = new ArrayList<Found>(sources.size());
        for (var source : sources) {
            var found = source.find(address);
            if (found instanceof Found.Known) {
                return found;
            }
            answers.add(found);
        }
        return together(answers);
    }

    /// What all sources say, also those after one that knows.
    List<Found> each(Mailbox mailbox) {
        var address = normal(mailbox);
        return sources.stream().map(source -> source.find(address)).toList();
    }

    /// What several answers make together.
    static Found together(List<Found> answers) {
        for (var found : answers) {
            if (found instanceof Found.Known) {
                return found;
            }
        }
        var trouble =
                answers.stream()
                        .filter(Found.Unavailable.class::isInstance)
                        .map(DomainRecipients::words)
                        .collect(Collectors.joining("; "));
        return trouble.isEmpty()
                ? new Found.Unknown(
                        answers.stream()
                                .map(DomainRecipients::words)
                                .collect(Collectors.joining("; ")))
                : new Found.Unavailable(trouble);
    }

    static String words(Found found) {
        return switch (found) {
            case Found.Known(var source) -> source;
            case Found.Unknown(var source) -> source;
            case Found.Unavailable(var why) -> why;
        };
    }

    List<Source> sources() {
        return sources;
    }
}
