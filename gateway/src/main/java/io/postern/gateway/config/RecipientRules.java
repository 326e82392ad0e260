package io.postern.gateway.config;

import io.postern.mail.Domain;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/// What must hold between settings so that recipients can be looked up.
final class RecipientRules {
    /// It becomes the name of a file.
    private static final Pattern LIST_NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private RecipientRules() {}

    static void check(
            Config config, Recipients recipients, Domain domain, String place, List<String> wrong) {
        if (recipients.list().isEmpty()
                && recipients.file().isEmpty()
                && recipients.directory().isEmpty()
                && recipients.callout().isEmpty()
                && recipients.pushed().isEmpty()) {
            wrong.add(
                    place
                            + "recipients of "
                            + domain
                            + " names no source, so everybody would be refused: give list, file,"
                            + " directory, callout or pushed");
        }
        recipients
                .directory()
                .filter(name ->
                        config.directory().stream().noneMatch(one -> one.name().equals(name)))
                .ifPresent(name ->
                        wrong.add(
                                place
                                        + "recipients.directory of "
                                        + domain
                                        + " is \""
                                        + name
                                        + "\", and there is no [[directory]] of that name"));
        recipients.pushed().ifPresent(pushed -> checkPushed(config, pushed, domain, place, wrong));
    }

    private static void checkPushed(
            Config config, Pushed pushed, Domain domain, String place, List<String> wrong) {
        if (!LIST_NAME.matcher(pushed.list()).matches()) {
            wrong.add(
                    place
                            + "pushed.list of "
                            + domain
                            + " is letters, digits and hyphens, at most 64, not \""
                            + pushed.list()
                            + "\"");
        }
        boolean differs =
                config.domain().stream()
                        .flatMap(own -> own.recipients().stream())
                        .flatMap(other -> other.pushed().stream())
                        .anyMatch(other ->
                                other.list().equals(pushed.list())
                                        && !other.maxAge().equals(pushed.maxAge()));
        if (differs) {
            wrong.add(
                    place
                            + "pushed.max_age of the list "
                            + pushed.list()
                            + " is not the same in every domain: it is one list");
        }
    }

    static void checkDirectories(List<Directory> directories, Binder binder, List<String> wrong) {
        var names = new HashSet<String>();
        for (int i = 0; i < directories.size(); i++) {
            var directory = directories.get(i);
            var place = binder.place("directory[" + i + "]");
            if (!names.add(directory.name())) {
                wrong.add(place + "there are two directories " + directory.name());
            }
            if (directory.servers().isEmpty()) {
                wrong.add(
                        place
                                + "directory "
                                + directory.name()
                                + " has no servers: give at least one host:port");
            }
            if (directory.bindDn().isPresent() != directory.passwordFile().isPresent()) {
                // RFC 4513 §5.1.2: a bind with a name and no password is anonymous.
                wrong.add(
                        place
                                + "bind_dn and password_file of directory "
                                + directory.name()
                                + " go together");
            }
            if (directory.attributes().isEmpty() && directory.filter().isEmpty()) {
                wrong.add(
                        place
                                + "directory "
                                + directory.name()
                                + " has neither attributes nor a filter: nothing could be found");
            }
        }
    }
}
