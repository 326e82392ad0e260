package io.postern.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/// What no single key of a [GuardConfig] can say.
final class GuardRules {
    private GuardRules() {}

    static void check(Config config, Binder binder, List<String> wrong) {
        config.guard()
                .webhook()
                .filter(url -> !isHttp(url))
                .ifPresent(url ->
                        wrong.add(
                                binder.place("guard.webhook")
                                        + "guard.webhook = \""
                                        + url
                                        + "\" is no URL such as https://alerts.example.com/mail"));
    }

    private static boolean isHttp(String url) {
        try {
            var uri = new URI(url);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
