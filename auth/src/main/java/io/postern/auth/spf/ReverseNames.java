package io.postern.auth.spf;

import io.postern.dns.Answer;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The reverse names of the client that lead back to it. RFC 7208 §5.5, §7.3 (`p`). They are asked
/// for once in a check, and only those whose names matter. Confined to one check.
///
/// §5.5 and §7.3 have a failure of the DNS be a name that there is not: the client may not match
/// for it. That is remembered, because a result against the client must not rest on it.
final class ReverseNames {
    static final String UNKNOWN = "unknown";

    private final Questions questions;
    private final ClientAddress client;
    private final int max;
    private final Map<String, Boolean> leadsBack = new HashMap<>();
    private @Nullable List<String> names;
    private boolean empty;
    private boolean failed;

    ReverseNames(Questions questions, ClientAddress client, int max) {
        this.questions = questions;
        this.client = client;
        this.max = max;
    }

    /// Whether a question failed for now, so that a name may be missing.
    boolean failed() {
        return failed;
    }

    /// Whether the client has no reverse name (a void look-up).
    boolean isEmpty() {
        names();
        return empty;
    }

    /// Whether one of them is the domain or below it.
    boolean anyIn(String domain) {
        return first(name -> name.equals(domain) || name.endsWith("." + domain)) != null;
    }

    /// §7.3: the domain itself if it is one, else one below it, else any, else `unknown`.
    String bestFor(String domain) {
        for (var wanted :
                List.<Predicate<String>>of(
                        name -> name.equals(domain),
                        name -> name.endsWith("." + domain),
                        _ -> true)) {
            var name = first(wanted);
            if (name != null) {
                return name;
            }
        }
        return UNKNOWN;
    }

    private @Nullable String first(Predicate<String> wanted) {
        for (var name : names()) {
            if (wanted.test(name) && leadsBack(name)) {
                return name;
            }
        }
        return null;
    }

    private List<String> names() {
        if (names == null) {
            names =
                    switch (questions.ptr(client)) {
                        case Answer.Records<String>(var found, _, _) ->
                                // §4.6.4: what is over the limit is ignored.
                                found.stream()
                                        .limit(max)
                                        .map(name -> name.toLowerCase(Locale.ROOT))
                                        .distinct()
                                        .toList();
                        case Answer.NoSuchName<String>(), Answer.NoData<String>() -> {
                            empty = true;
                            yield List.of();
                        }
                        case Answer.TemporaryFailure<String> _ -> {
                            failed = true;
                            yield List.of();
                        }
                    };
        }
        return names;
    }

    private boolean leadsBack(String name) {
        var known = leadsBack.get(name);
        if (known != null) {
            return known;
        }
        // §5.5 would go on after a failure; a client's owner could have us wait ten times.
        if (failed) {
            return false;
        }
        boolean found =
                switch (questions.addresses(name, client)) {
                    case Answer.Records<InetAddress>(var addresses, _, _) ->
                            addresses.stream()
                                    .anyMatch(a -> Arrays.equals(a.getAddress(), client.octets()));
                    case Answer.NoSuchName<InetAddress>(), Answer.NoData<InetAddress>() -> false;
                    case Answer.TemporaryFailure<InetAddress> _ -> {
                        failed = true;
                        yield false;
                    }
                };
        leadsBack.put(name, found);
        return found;
    }
}
