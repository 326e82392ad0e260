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
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Removes the header fields that must not pass the perimeter. Immutable.
///
/// Both ways: what only we may say (`X-Postern-...`), what tells blind recipients (`Bcc`, RFC 5322
/// §3.6.3), and what only the last hop may write (`Return-Path`, RFC 5321 §4.4). On the way in also
/// results of authentication that claim to be ours.
final class HeaderFirewall {
    private static final String OURS = "x-postern-";

    /// RFC 1918, RFC 6598, RFC 3927, loopback; RFC 4193 and link-local of IPv6.
    private static final Pattern PRIVATE =
            Pattern.compile(
                    "(?<![0-9.])(?:10\\.[0-9]{1,3}|127\\.[0-9]{1,3}|192\\.168|169\\.254"
                            + "|172\\.(?:1[6-9]|2[0-9]|3[01])"
                            + "|100\\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))"
                            + "\\.[0-9]{1,3}\\.[0-9]{1,3}(?![0-9])"
                            + "|(?<![0-9a-f:])(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]+"
                            + "|(?<![0-9a-f:])::1(?![0-9a-f:])",
                    Pattern.CASE_INSENSITIVE);

    private final Domain hostname;
    private final Pattern ourName;
    private final Domain authservId;
    private final List<Domain> domains;
    private final Set<String> notIn;
    private final Set<String> notOut;
    private final boolean hideInside;

    HeaderFirewall(Config config) {
        hostname = config.hostname();
        ourName =
                Pattern.compile(
                        "(?<![A-Za-z0-9_.-])"
                                + Pattern.quote(hostname.name())
                                + "(?![A-Za-z0-9_-])",
                        Pattern.CASE_INSENSITIVE);
        authservId = config.authentication().authservId().orElse(hostname);
        domains = config.domain().stream().map(Config.OwnDomain::name).toList();
        var settings = config.headerFirewall();
        notIn = lower(settings.removeIn());
        notOut = lower(settings.removeOut());
        hideInside = settings.hideInside();
    }

    private static Set<String> lower(List<String> names) {
        return names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    HeaderFields inbound(HeaderFields header, List<Decision> decisions) {
        return without(
                header,
                field ->
                        neverPasses(field)
                                || listed(notIn, field)
                                || forgedResults(field)
                                || forgedSpf(field),
                decisions);
    }

    HeaderFields outbound(HeaderFields header, List<Decision> decisions) {
        return without(
                header,
                field ->
                        neverPasses(field)
                                || listed(notOut, field)
                                || (hideInside && tellsOfInside(field)),
                decisions);
    }

    private static boolean listed(Set<String> names, HeaderField field) {
        return !names.isEmpty() && names.contains(field.name().toLowerCase(Locale.ROOT));
    }

    private boolean tellsOfInside(HeaderField field) {
        var name = field.name().toLowerCase(Locale.ROOT);
        if (name.equals("received")) {
            return true;
        }
        if (name.equals("authentication-results") && forgedResults(field)) {
            return true;
        }
        return (name.startsWith("x-") || name.equals("received-spf"))
                && PRIVATE.matcher(field.rawBody()).find();
    }

    private static boolean neverPasses(HeaderField field) {
        var name = field.name();
        return name.equalsIgnoreCase("Bcc")
                || name.equalsIgnoreCase("Return-Path")
                || name.regionMatches(true, 0, OURS, 0, OURS.length());
    }

    /// RFC 8601 §5: a border removes each field that claims to come from inside, whatever its
    /// version; and each of which it can't tell.
    private boolean forgedResults(HeaderField field) {
        return field.name().equalsIgnoreCase("Authentication-Results")
                && AuthservId.of(field).map(this::isOurs).orElse(true);
    }

    /// RFC 7208 §9.1: the field says who received. What has our name was not written by us.
    private boolean forgedSpf(HeaderField field) {
        return field.name().equalsIgnoreCase("Received-SPF")
                && ourName.matcher(field.rawBody()).find();
    }

    private boolean isOurs(String claimed) {
        var dotless = claimed.endsWith(".") ? claimed.substring(0, claimed.length() - 1) : claimed;
        // As A-labels in lower case, however it was written. What is no domain could be read as one
        // by whoever is less strict.
        var domain = Domain.parse(dotless);
        if (domain.isEmpty()) {
            return true;
        }
        var id = domain.get().name();
        return id.equals(hostname.name())
                || id.equals(authservId.name())
                || domains.stream()
                        .anyMatch(own -> id.equals(own.name()) || id.endsWith("." + own.name()));
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
