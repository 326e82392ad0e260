package io.postern.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the authoritative servers of a name say about its TXT records, each for itself.
public sealed interface Survey {
    /// All servers were asked that could be.
    ///
    /// @param zone the zone that the name is in: lower case, without the trailing dot
    /// @param servers one for each address asked, and one for each server without an address; never
    ///   empty, those of a server in a row
    /// @param passedOver how many servers of the zone were not asked, there being more than
    ///   [Authorities#MAX_SERVERS]; chosen by chance, others at another time
    /// @param negativeTtl how long resolvers may still believe that a record was not there: the
    ///   longest that any server's SOA allows, at most a day (RFC 2308 §5); three hours, what
    ///   resolvers usually take at most, when no server tells its SOA
    record Asked(String zone, List<Said> servers, int passedOver, Duration negativeTtl)
            implements Survey {
        public Asked {
            servers = List.copyOf(servers);
        }
    }

    /// The domain that the name is in does not exist: it is not delegated.
    ///
    /// @param why for an operator, in a few words
    record NoZone(String why) implements Survey {}

    /// The zone or its servers can't be found out now. Temporary.
    ///
    /// @param why for an operator, in a few words
    record Unknown(String why) implements Survey {}

    /// What one server said at one address.
    ///
    /// @param server its name in the NS record: lower case, without the trailing dot
    /// @param address where it was asked; empty when it has no address, which is `Trouble`
    record Said(String server, Optional<InetSocketAddress> address, Word word) {}

    /// What an authoritative server says. A closed choice: every caller decides all four.
    sealed interface Word {
        /// TXT records at the name.
        ///
        /// @param texts as [Resolver#txt] gives them; never empty; the order means nothing
        record Texts(List<String> texts, Duration ttl) implements Word {
            public Texts {
                texts = List.copyOf(texts);
            }
        }

        /// A CNAME at the name, which is not followed.
        ///
        /// @param target lower case, without the trailing dot
        /// @param ttl of the CNAME
        record Alias(String target, Duration ttl) implements Word {}

        /// No TXT record.
        ///
        /// @param nameExists the name has records of other types, or names below it (NODATA, not
        ///   NXDOMAIN)
        /// @param negativeTtl how long resolvers may believe this: the lower of the SOA's TTL and
        ///   its MINIMUM, at most a day (RFC 2308 §5); three hours when there is no SOA
        record Nothing(boolean nameExists, Duration negativeTtl) implements Word {}

        /// No answer, a refusal, or an answer of a server that does not serve the zone (lame).
        /// Nothing is known of what it has. Temporary.
        ///
        /// @param why for an operator, in a few words
        record Trouble(String why) implements Word {}
    }
}
