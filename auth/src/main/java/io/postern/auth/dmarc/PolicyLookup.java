package io.postern.auth.dmarc;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Asks for policy records, each name once, within a number of questions. Confined to one thread.
final class PolicyLookup {
    private final Resolver resolver;
    private final Map<Domain, Level> known;
    private final List<String> steps;
    private int left;

    /// @param known what was learnt before; copied
    /// @param steps to which each question and its answer is added
    /// @param questions how many more may be asked
    PolicyLookup(Resolver resolver, Map<Domain, Level> known, List<String> steps, int questions) {
        this.resolver = resolver;
        this.known = new HashMap<>(known);
        this.steps = steps;
        left = questions;
    }

    /// All that is known by now.
    Map<Domain, Level> known() {
        return Map.copyOf(known);
    }

    /// What is published for that domain; empty when no more may be asked.
    Optional<Level> level(Domain domain) {
        var before = known.get(domain);
        if (before != null) {
            return Optional.of(before);
        }
        if (left == 0) {
            return Optional.empty();
        }
        left--;
        var level = ask(domain);
        known.put(domain, level);
        return Optional.of(level);
    }

    private Level ask(Domain domain) {
        var name = "_dmarc." + domain;
        return switch (resolver.txt(name)) {
            case Answer.Records<String>(var records, var ttl, var authentic) -> {
                for (var text : records) {
                    steps.add(
                            "dns: TXT "
                                    + name
                                    + ": \""
                                    + Visible.of(text)
                                    + "\" (ttl "
                                    + ttl.toSeconds()
                                    + (authentic ? " s, authentic)" : " s)"));
                }
                yield read(name, records);
            }
            case Answer.NoSuchName<String>() -> {
                steps.add("dns: TXT " + name + ": no such name");
                yield new Level.Nothing(false);
            }
            case Answer.NoData<String>() -> {
                steps.add("dns: TXT " + name + ": no such record");
                yield new Level.Nothing(true);
            }
            case Answer.TemporaryFailure<String>(var why) -> {
                steps.add("dns: TXT " + name + ": " + why);
                yield new Level.Failed("look-up of " + name + " failed: " + why);
            }
        };
    }

    private Level read(String name, List<String> records) {
        var meant = new ArrayList<DmarcRecord.Parsed>();
        for (var text : records) {
            var parsed = DmarcRecord.parse(text);
            // RFC 9989 §4.10: what does not start with v=DMARC1 is discarded.
            if (!(parsed instanceof DmarcRecord.Parsed.Bad(_, boolean wanted)) || wanted) {
                meant.add(parsed);
            }
        }
        if (meant.size() > 1) {
            // §4.10: several are all discarded, and the walk goes on.
            steps.add(meant.size() + " policy records at " + name + ": all discarded");
        }
        if (meant.size() != 1) {
            return new Level.Nothing(true);
        }
        return switch (meant.getFirst()) {
            case DmarcRecord.Parsed.Ok(var record, var remarks) -> {
                for (var remark : remarks) {
                    steps.add("record at " + name + ": " + remark);
                }
                yield new Level.Published(record);
            }
            case DmarcRecord.Parsed.Bad(var why, _) -> {
                steps.add("record at " + name + " can't be read: " + why);
                yield new Level.Unreadable("the record at " + name + " can't be read: " + why);
            }
        };
    }

    /// Whether the domain exists, as far as `_dmarc` did not tell yet. RFC 9989 §3.2.13: it does
    /// not when a question for it gets NXDOMAIN, whatever the type asked for.
    Existence existence(Domain domain) {
        if (known.get(domain) instanceof Level.Nothing(boolean exists) && exists) {
            return new Existence.Known(true);
        }
        var question = "dns: A " + domain + ": ";
        return switch (resolver.a(domain.name())) {
            case Answer.Records<?> _, Answer.NoData<?> _ -> {
                steps.add(question + "the name exists");
                yield new Existence.Known(true);
            }
            case Answer.NoSuchName<?> _ -> {
                steps.add(question + "no such name");
                yield new Existence.Known(false);
            }
            case Answer.TemporaryFailure<?>(var why) -> {
                steps.add(question + why);
                yield new Existence.Failed("look-up of " + domain + " failed: " + why);
            }
        };
    }

    /// Whether a domain exists.
    sealed interface Existence {
        /// It does or it does not.
        record Known(boolean exists) implements Existence {}

        /// Nothing is known now.
        record Failed(String why) implements Existence {}
    }
}
