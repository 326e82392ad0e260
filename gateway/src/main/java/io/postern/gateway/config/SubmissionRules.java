package io.postern.gateway.config;

import java.util.List;
import java.util.regex.Pattern;

/// What must hold between settings so that users can log in.
final class SubmissionRules {
    private static final Pattern HERE = Pattern.compile("localhost|::1|127(?:\\.\\d{1,3}){3}");

    private SubmissionRules() {}

    static void check(Config config, Binder binder, List<String> wrong) {
        var submission = config.submission();
        if (submission.directory().isEmpty()) {
            return;
        }
        var place = binder.place("submission.directory");
        var name = submission.directory().get().name();
        if (!submission.mechanisms().contains(Submission.Mechanism.PLAIN)) {
            wrong.add(
                    place
                            + "submission.directory needs \"plain\" in submission.mechanisms: a bind"
                            + " needs the password");
        }
        var found = config.directory().stream().filter(one -> one.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            wrong.add(
                    place
                            + "submission.directory is \""
                            + name
                            + "\", and there is no [[directory]] of that name");
            return;
        }
        var directory = found.get();
        // RFC 4513 §6.3.1: a simple bind shows the password to whoever is on the way.
        if (directory.tls() == Directory.Tls.NONE
                && !directory.servers().stream().allMatch(SubmissionRules::here)) {
            wrong.add(
                    place
                            + "submission.directory would send users' passwords in clear: directory "
                            + name
                            + " has tls = \"none\" and is not on this machine");
        }
        if (directory.attributes().isEmpty() && submission.ownAddresses()) {
            wrong.add(
                    place
                            + "directory "
                            + name
                            + " has no attributes, so its users could send as nobody");
        }
    }

    private static boolean here(HostPort server) {
        return HERE.matcher(server.host()).matches();
    }
}
