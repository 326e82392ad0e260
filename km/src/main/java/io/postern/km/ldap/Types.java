package io.postern.km.ldap;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Names of attributes. RFC 4512 §2.5: of a description such as `userCertificate;binary` the type
/// is what stands before the first option, in any case, or its number.
final class Types {
    static final String OBJECT_CLASS = "objectClass";
    static final String MAIL = "mail";
    static final String COMMON_NAME = "cn";
    static final String CERTIFICATE = "userCertificate";
    static final String SMIME = "userSMIMECertificate";
    static final String AUTHORITY = "cACertificate";
    static final String LIST = "certificateRevocationList";
    static final String AUTHORITY_LIST = "authorityRevocationList";

    /// The types by which people are found.
    static final List<String> BY_ADDRESS = List.of(MAIL, COMMON_NAME);

    private static final Map<String, String> ALSO =
            Map.ofEntries(
                    Map.entry("rfc822mailbox", MAIL),
                    Map.entry("0.9.2342.19200300.100.1.3", MAIL),
                    Map.entry("commonname", COMMON_NAME),
                    Map.entry("2.5.4.3", COMMON_NAME),
                    Map.entry("2.5.4.0", OBJECT_CLASS),
                    Map.entry("2.5.4.36", CERTIFICATE),
                    Map.entry("2.16.840.1.113730.3.1.40", SMIME),
                    Map.entry("2.5.4.37", AUTHORITY),
                    Map.entry("2.5.4.39", LIST),
                    Map.entry("2.5.4.38", AUTHORITY_LIST));

    private Types() {}

    /// The type in lower case, which is how types are compared; empty when it has options other
    /// than `binary`, for such values are not here.
    static Optional<String> of(String description) {
        var lower = description.toLowerCase(Locale.ROOT);
        int options = lower.indexOf(';');
        if (options >= 0 && !lower.substring(options).equals(";binary")) {
            return Optional.empty();
        }
        var type = options < 0 ? lower : lower.substring(0, options);
        var known = ALSO.get(type);
        return Optional.of(known == null ? type : lower(known));
    }

    static String lower(String type) {
        return type.toLowerCase(Locale.ROOT);
    }
}
