package io.postern.gateway.replay;

import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.rules.Remains;
import io.postern.gateway.seen.SeenMessage;
import io.postern.mail.Domain;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What is known of one message, and what was asked for and is not known. For one message.
final class Evidence implements Remains {
    private final SeenMessage message;
    private final Set<String> missing = new LinkedHashSet<>();

    Evidence(SeenMessage message) {
        this.message = message;
    }

    /// What was asked for, in words.
    List<String> missing() {
        return List.copyOf(missing);
    }

    void missing(String what) {
        missing.add(what);
    }

    /// For access lists.
    ClientNames names() {
        if (message.client().names().isEmpty()) {
            missing("a list asks for the client's name, which was not known in time");
        }
        return message.client().names().orElse(ClientNames.UNKNOWN);
    }

    @Override
    public boolean has(String fact, Stage stage) {
        return switch (fact) {
            case "client.name" -> message.client().names().isPresent();
            case "subject" -> hasField("subject");
            case "recipients" -> message.paths().more() == 0;
            // Counted at the end of the message. Whether one was refused before or after MAIL is
            // not kept.
            case "counts.refused_recipients" ->
                    (stage != Stage.MAIL && stage != Stage.RCPT)
                            || message.counts().refusedRecipients() == 0;
            default -> true;
        };
    }

    @Override
    public boolean hasField(String name) {
        return message.header().map(header -> header.has(name)).orElse(false);
    }

    @Override
    public String reverseName() {
        return message.client().names().flatMap(ClientNames::verified).map(Domain::name).orElse("");
    }

    @Override
    public void missing(String rule, String what) {
        missing("rule " + rule + " asks for " + what + ", which was not kept");
    }
}
