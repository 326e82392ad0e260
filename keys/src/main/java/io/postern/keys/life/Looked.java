package io.postern.keys.life;

import java.time.Duration;
import java.util.List;

/// What a look at a key's record in the DNS came to.
public sealed interface Looked {
    /// Every authoritative server shows it as it should be.
    ///
    /// @param earlier how long resolvers may still believe that nothing was there (RFC 2308 §5)
    /// @param remarks what is not wrong enough to keep it from being used
    record Right(Duration earlier, List<Finding> remarks) implements Looked {
        public Right {
            remarks = List.copyOf(remarks);
        }
    }

    /// One server or more shows something else, or nothing.
    ///
    /// @param earlier how long resolvers may keep what was seen there
    /// @param findings what, at least one
    /// @param absent whether no server has any record under that name
    record Wrong(Duration earlier, List<Finding> findings, boolean absent) implements Looked {
        public Wrong {
            findings = List.copyOf(findings);
        }

        /// In one line.
        public String words() {
            return few(findings.stream().map(Finding::words).toList());
        }
    }

    /// Nothing is known: a server could not be asked, or the zone not be found. Temporary.
    ///
    /// @param why which and how, with the remedy
    record Unknown(String why) implements Looked {}

    /// The first of them, and how many more there are: 26 addresses may each say something.
    static String few(List<String> words) {
        int most = 8;
        var all = words.stream().distinct().toList();
        var first = String.join("; ", all.subList(0, Math.min(most, all.size())));
        return all.size() > most ? first + "; and " + (all.size() - most) + " more" : first;
    }
}
