package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.SearchResultEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The addresses in an entry.
public final class AddressValues {
    private static final String PROXY_ADDRESSES = "proxyAddresses";
    private static final String SMTP = "smtp:";

    private AddressValues() {}

    /// Whether an attribute's values begin with the kind of address.
    public static boolean isPrefixed(String attribute) {
        return attribute.equalsIgnoreCase(PROXY_ADDRESSES);
    }

    /// The values of these attributes, without `smtp:`, in their order; not looked into. Of
    /// `proxyAddresses` only those of SMTP.
    public static List<String> of(SearchResultEntry entry, List<String> attributes) {
        var found = new ArrayList<String>();
        for (var attribute : attributes) {
            var values = entry.getAttributeValues(attribute);
            if (values == null) {
                continue;
            }
            for (var value : values) {
                if (value.toLowerCase(Locale.ROOT).startsWith(SMTP)) {
                    found.add(value.substring(SMTP.length()));
                } else if (!isPrefixed(attribute)) {
                    found.add(value);
                }
            }
        }
        return found;
    }
}
