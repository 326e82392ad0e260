package io.postern.gateway.config;

import io.postern.mail.Domain;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What must hold between settings so that mail from outside finds its way in, and no other.
final class InboundRules {
    private InboundRules() {}

    static void check(Config config, Binder binder, List<String> wrong) {
        boolean inbound =
                config.listener().stream().anyMatch(one -> one.role() == Config.Role.INBOUND);
        if (inbound && config.domain().stream().allMatch(own -> own.deliverTo().isEmpty())) {
            wrong.add(
                    "there is an inbound listener, but no [[domain]] has deliver_to: it would refuse"
                            + " everything");
        }
        checkFields("remove_in", config.headerFirewall().removeIn(), binder, wrong);
        checkFields("remove_out", config.headerFirewall().removeOut(), binder, wrong);
        for (int i = 0; i < config.domain().size(); i++) {
            checkDomain(config, i, inbound, binder, wrong);
        }
        RecipientRules.checkDirectories(config.directory(), binder, wrong);
    }

    /// RFC 5322 §3.6: without From and Date it is no message; what MIME needs would change the
    /// content.
    private static final Set<String> NEEDED =
            Set.of("from", "date", "mime-version", "content-type", "content-transfer-encoding");

    private static void checkFields(
            String key, List<String> names, Binder binder, List<String> wrong) {
        for (var name : names) {
            boolean fits =
                    name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':') && !name.isEmpty();
            if (!fits || NEEDED.contains(name.toLowerCase(Locale.ROOT))) {
                wrong.add(
                        binder.place("header_firewall." + key)
                                + "header_firewall."
                                + key
                                + " has \""
                                + name
                                + "\", which "
                                + (fits ? "a message needs" : "is no name of a header field"));
            }
        }
    }

    private static void checkDomain(
            Config config, int at, boolean inbound, Binder binder, List<String> wrong) {
        var own = config.domain().get(at);
        var place = binder.place("domain[" + at + "]");
        if (inbound && !own.deliverTo().isEmpty() && own.recipients().isEmpty()) {
            wrong.add(
                    place
                            + "domain "
                            + own.name()
                            + " has deliver_to but no recipients, so its mail would be for anybody or for"
                            + " nobody: say who they are, as in recipients = { list = [\"info@"
                            + own.name()
                            + "\"] }");
        }
        if (own.deliverTo().isEmpty() && own.recipients().isPresent()) {
            wrong.add(
                    place
                            + "domain "
                            + own.name()
                            + " has recipients but no deliver_to: say which host takes their mail");
        }
        if (own.deliverTo().isEmpty() && own.deliverTls().isPresent()) {
            wrong.add(place + "domain " + own.name() + " has deliver_tls but no deliver_to");
        }
        if (own.deliverTo().isEmpty() && own.deliverCertificate().isPresent()) {
            wrong.add(
                    place + "domain " + own.name() + " has deliver_certificate but no deliver_to");
        }
        if (!own.deliverTo().isEmpty()
                && config.route().stream().anyMatch(route -> route.domain().equals(own.name()))) {
            wrong.add(
                    place
                            + "there are a deliver_to and a [[route]] for "
                            + own.name()
                            + ": keep the one that is meant");
        }
        own.recipients()
                .ifPresent(recipients -> {
                    checkRecipients(recipients, own.name(), place, wrong);
                    RecipientRules.check(config, recipients, own.name(), place, wrong);
                });
    }

    private static void checkRecipients(
            Recipients recipients, Domain domain, String place, List<String> wrong) {
        for (var text : recipients.list()) {
            boolean its =
                    Paths.mailbox(text, true) instanceof Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                            && mailbox.host().equals(domain);
            if (!its) {
                wrong.add(
                        place
                                + "recipients.list has \""
                                + text
                                + "\", which is no address of "
                                + domain
                                + " such as info@"
                                + domain);
            }
        }
        recipients
                .separator()
                .filter(text -> text.length() != 1 || !"+-=_#~/".contains(text))
                .ifPresent(text ->
                        wrong.add(
                                place
                                        + "recipients.separator is one of + - = _ # ~ /, not \""
                                        + text
                                        + "\""));
    }
}
