package io.postern.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// An LDAP directory, such as Active Directory or OpenLDAP.
public record Directory(
        @Setting(
                        required = true,
                        doc =
                                "What domains call it: `recipients = { directory = \"corp\" }`; and `[submission]`, for "
                                        + "its users.")
                String name,
        @Setting(
                        required = true,
                        doc =
                                "`host:port`, in the order in which they are tried; ports are 636 for `ldaps`, else 389.")
                List<HostPort> servers,
        @Setting(
                        otherwise = "\"ldaps\"",
                        doc =
                                "`ldaps` is TLS from the beginning, `starttls` begins in clear and goes no further without "
                                        + "TLS, `none` is for a directory on this machine. The certificate is verified, and has to "
                                        + "name the host as `servers` does.")
                Tls tls,
        @Setting(
                        doc =
                                "PEM file with the authorities that certificates are verified against; when absent, the system's.")
                Optional<Path> ca,
        @Setting(doc = "Who asks; when absent, nobody does by name (anonymous).")
                Optional<String> bindDn,
        @Setting(
                        doc =
                                "The file with the password, readable by the service user alone (0600). Read for each new "
                                        + "connection, so it can be changed without a restart.")
                Optional<Path> passwordFile,
        @Setting(required = true, doc = "Where the search begins: `dc=example,dc=com`.")
                String base,
        @Setting(
                        otherwise =
                                "[\"proxyAddresses\", \"mail\", \"mailAlternateAddress\", \"mailLocalAddress\"]",
                        doc =
                                "Attributes that hold addresses. Those of `proxyAddresses` begin with `smtp:`. As these a "
                                        + "user may send: nobody should be able to write them in the own entry.")
                List<String> attributes,
        @Setting(
                        doc =
                                "A filter (RFC 4515) instead of one made of `attributes`: `{address}`, `{local}` and "
                                        + "`{domain}` stand for parts of the address, escaped as they must be.")
                Optional<String> filter,
        @Setting(
                        otherwise = "4",
                        min = 1,
                        max = 100,
                        doc =
                                "Connections, and so questions at once; more wait within `timeout`. For users' logins as "
                                        + "many again, and as many that bind.")
                int connections,
        @Setting(
                        otherwise = "\"5s\"",
                        min = 1,
                        max = 60,
                        doc =
                                "Time for one question, all servers together; then 451, or 454 to a login.")
                Duration timeout,
        @Setting(
                        otherwise = "\"1h\"",
                        doc =
                                "How long a recipient's existence is remembered, and a user's addresses.")
                Duration known,
        @Setting(otherwise = "\"5m\"", doc = "How long it is remembered that there is none.")
                Duration unknown,
        @Setting(
                        otherwise = "\"0s\"",
                        doc =
                                "How much longer a known recipient is taken for one while the directory does not answer; "
                                        + "`0s` never. With `1d`, correspondents of every day notice nothing of a night's outage; "
                                        + "who has left may still get mail.")
                Duration stale,
        @Setting(
                        otherwise = "100000",
                        min = 100,
                        max = 10000000,
                        doc = "Answers remembered at once; about 200 octets each.")
                int remembered) {
    /// TLS towards a directory.
    public enum Tls {
        LDAPS,
        STARTTLS,
        NONE
    }

    public Remembering remembering() {
        return new Remembering(known, unknown, stale, remembered);
    }
}
