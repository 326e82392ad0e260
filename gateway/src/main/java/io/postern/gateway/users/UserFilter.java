package io.postern.gateway.users;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import io.postern.gateway.config.ConfigException;

/// The filter that finds a user's entry. Whatever the name, it stands in the filter as a value.
final class UserFilter {
    private static final String PLACE = "{user}";

    private final String template;

    /// @throws ConfigException when it is no filter, or the same for everybody
    UserFilter(String template) {
        this.template = template;
        if (!template.contains(PLACE)) {
            throw new ConfigException(
                    "submission.directory: filter has no {user}, and would find the same for"
                            + " everybody");
        }
        try {
            Filter.create(template.replace(PLACE, "probe"));
        } catch (LDAPException e) {
            throw new ConfigException(
                    "submission.directory: filter is not one of RFC 4515: " + e.getMessage(), e);
        }
    }

    /// The filter for a name. RFC 4515 §3: what is an operator in a filter is escaped.
    Filter of(String user) {
        try {
            return Filter.create(template.replace(PLACE, Filter.encodeValue(user)));
        } catch (LDAPException e) {
            throw new IllegalStateException(e); // an escaped value makes no other filter
        }
    }
}
