package io.postern.dns;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Record;

/// Answers from the text of a zone file (RFC 1035 §5) and from nothing else: a name that is not in
/// it does not exist.
///
/// Immutable. Relative names are relative to the root until an `$ORIGIN`; records without a TTL get
/// one hour; `$INCLUDE` and `$GENERATE` are refused. Wildcards (RFC 4592) and CNAMEs are followed.
public final class ZoneFileResolver extends NameResolver {
    /// What a text turned out to be.
    public sealed interface Parsed {
        /// A zone file.
        record Ok(ZoneFileResolver resolver) implements Parsed {}

        /// Not a zone file.
        ///
        /// @param line from 1
        record Bad(int line, String why) implements Parsed {}
    }

    private static final Name WILDCARD = Name.fromConstantString("*");

    private final Map<Name, List<Record>> records;
    // Every name with records, and every name above one (RFC 8020: those exist too).
    private final Set<Name> names;

    private ZoneFileResolver(Map<Name, List<Record>> records, Set<Name> names) {
        this.records = records;
        this.names = names;
    }

    /// Reads a zone file. A text with no records is one in which no name exists.
    public static Parsed parse(String text) {
        return switch (ZoneFile.parse(text)) {
            case ZoneFile.Bad(var line, var why) -> new Parsed.Bad(line, why);
            case ZoneFile.Ok(var all) -> new Parsed.Ok(of(all));
        };
    }

    private static ZoneFileResolver of(List<Record> all) {
        var records = new HashMap<Name, List<Record>>();
        var names = new HashSet<Name>();
        for (var r : all) {
            records.computeIfAbsent(r.getName(), _ -> new ArrayList<>()).add(r);
            for (int up = 0; up < r.getName().labels(); up++) {
                names.add(above(r.getName(), up));
            }
        }
        return new ZoneFileResolver(records, names);
    }

    /// The name without its first labels.
    private static Name above(Name name, int labels) {
        return labels == 0 ? name : new Name(name, labels);
    }

    @Override
    <T> Timed<T> ask(Name name, RecordKind<T> kind) {
        return new Timed<>(answer(name, kind));
    }

    private <T> Answer<T> answer(Name name, RecordKind<T> kind) {
        var chain = new CnameChain(name);
        while (true) {
            var at = chain.end();
            if (!names.contains(at) && !names.contains(wildcard(at))) {
                return new Answer.NoSuchName<>();
            }
            var found = chain.follow(at(at), kind, false);
            if (found.isPresent()) {
                return found.get();
            }
            if (chain.end().equals(at)) {
                return new Answer.NoData<>();
            }
        }
    }

    private List<Record> at(Name name) {
        if (names.contains(name)) {
            return records.getOrDefault(name, List.of());
        }
        return records.getOrDefault(wildcard(name), List.of()).stream()
                .map(r -> r.withName(name))
                .toList();
    }

    /// RFC 4592 §3.3.1: the wildcard that would answer for a name that does not exist, which is the
    /// one directly below the nearest name above it that exists.
    private Name wildcard(Name name) {
        for (int up = 1; up < name.labels(); up++) {
            var encloser = above(name, up);
            if (names.contains(encloser)) {
                try {
                    return Name.concatenate(WILDCARD, encloser);
                } catch (NameTooLongException e) {
                    return Name.root;
                }
            }
        }
        return Name.root;
    }

    @Override
    public String toString() {
        return "ZoneFileResolver" + Arrays.toString(names.toArray());
    }
}
