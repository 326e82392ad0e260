package io.postern.gateway.recipients;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.directory.AddressValues;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The filter with which a directory is asked for an address.
///
/// Whatever the address, it stands in the filter as a value: attributes and operators come from the
/// configuration alone.
final class LdapFilter {
    private static final Pattern PLACE = Pattern.compile("\\{(address|local|domain)}");

    private final List<String> attributes;
    private final Optional<String> template;

    /// @throws ConfigException when the configured filter is none
    LdapFilter(Directory settings) {
        attributes = settings.attributes();
        template = settings.filter();
        if (template.isPresent()
                && !template.get().contains("{address}")
                && !template.get().contains("{local}")) {
            throw new ConfigException(
                    "directory "
                            + settings.name()
                            + ": filter has no {address} and no {local}, and would find the same"
                            + " for everybody");
        }
        try {
            of("probe", Domain.of("example.com"));
        } catch (LDAPException e) {
            throw new ConfigException(
                    "directory "
                            + settings.name()
                            + ": filter is not one of RFC 4515: "
                            + e.getMessage(),
                    e);
        }
    }

    /// The filter for all entries that some address finds.
    Filter anybody() throws LDAPException {
        if (template.isPresent()) {
            return Filter.create(PLACE.matcher(template.get()).replaceAll("*"));
        }
        return Filter.createORFilter(
                attributes.stream().map(Filter::createPresenceFilter).toList());
    }

    /// The filter for an address.
    ///
    /// @param localPart without quotes
    Filter of(String localPart, Domain domain) throws LDAPException {
        var address = localPart + "@" + domain;
        if (template.isPresent()) {
            // In one pass: a local part may well read `{domain}`.
            return Filter.create(
                    PLACE.matcher(template.get())
                            .replaceAll(place ->
                                    Matcher.quoteReplacement(
                                            Filter.encodeValue(
                                                    switch (place.group(1)) {
                                                        case "address" -> address;
                                                        case "local" -> localPart;
                                                        default -> domain.name();
                                                    }))));
        }
        var any = new ArrayList<Filter>();
        for (var attribute : attributes) {
            if (AddressValues.isPrefixed(attribute)) {
                // Active Directory writes the primary one in capitals. It compares without case;
                // other directories may not.
                any.add(Filter.createEqualityFilter(attribute, "smtp:" + address));
                any.add(Filter.createEqualityFilter(attribute, "SMTP:" + address));
            } else {
                any.add(Filter.createEqualityFilter(attribute, address));
            }
        }
        return Filter.createORFilter(any);
    }
}
