package io.postern.gateway.config;

/// Users who are in an LDAP directory and not in the store.
public record UserDirectory(
        @Setting(required = true, doc = "The name of the [[directory]].") String name,
        @Setting(
                        otherwise = "\"(uid={user})\"",
                        doc =
                                "The filter (RFC 4515) that finds a user's entry; `{user}` stands for the name that logs "
                                        + "in, escaped as it must be. Of Active Directory: "
                                        + "`(&(objectClass=user)(sAMAccountName={user}))`. No entry, or more than one, is no "
                                        + "user.")
                String filter) {}
