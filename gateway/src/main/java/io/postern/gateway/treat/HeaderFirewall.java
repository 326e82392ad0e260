package io.postern.gateway.treat;

import io.postern.gateway.config.Config;
import io.postern.mail.Domain;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/// Removes the header fields that must not pass the perimeter. Immutable.
///
/// Both ways: what only we may say (`X-Postern-...`), what tells blind recipients (`Bcc`, RFC 5322
/// §3.6.3), and what only the last hop may write (`Return-Path`, RFC 5321 §4.4). On the way in also
/// results of authentication that claim to be ours.
final class HeaderFirewall {
    private static final String OURS = "x-postern-";

    private final Domain hostname;
    private final List<Domain> domains;

    HeaderFirewall(Config config) {
        hostname = config.hostname();
        domains = config.domain().stream().map(Config.OwnDomain::name).toList();
    }

    HeaderFields inbound(HeaderFields header, List<Decision> decisions) {
        return without(header, field -> neverPasses(field) || forgedResults(field), decisions);
    }

    HeaderFields outbound(HeaderFields header, List<Decision> decisions) {
        return without(header, HeaderFirewall::neverPasses, decisions);
    }

    private static boolean neverPasses(HeaderField field) {
        var name = field.name().toLowerCase(Locale.ROOT);
        return name.equals("bcc") || name.equals("return-path") || name.startsWith(OURS);
    }

    /// RFC 8601 §5: a border removes each field that claims to come from inside, whatever its
    /// version; and each of which it can't tell.
    private boolean forgedResults(HeaderField field) {
        return field.name().equalsIgnoreCase("Authentication-Results")
                && AuthservId.of(field).map(this::isOurs).orElse(true);
    }

    private boolean isOurs(String authservId) {
        var dotless =
                authservId.endsWith(".")
                        ? authservId.substring(0, authservId.length() - 1)
                        : authservId;
        var id = dotless.toLowerCase(Locale.ROOT);
        if (id.equals(hostname.name())) {
            return true;
        }
        return domains.stream()
                .anyMatch(domain -> id.equals(domain.name()) || id.endsWith("." + domain.name()));
    }

    private static HeaderFields without(
            HeaderFields header, Predicate<HeaderField> unwanted, List<Decision> decisions) {
        if (header.fields().stream().noneMatch(unwanted)) {
            return header;
        }
        var kept = new ArrayList<HeaderField>();
        Set<String> removed = new LinkedHashSet<>();
        for (var field : header.fields()) {
            if (unwanted.test(field)) {
                removed.add(field.name());
            } else {
                kept.add(field);
            }
        }
        decisions.add(
                Treatment.decision(
                        "header-firewall",
                        "removed " + String.join(", ", removed),
                        "fields",
                        header.fields().size() - kept.size()));
        return new HeaderFields(kept);
    }
}
