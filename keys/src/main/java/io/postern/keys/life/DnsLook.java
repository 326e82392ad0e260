package io.postern.keys.life;

import io.postern.auth.dkim.KeyRecord;
import io.postern.dns.Authorities;
import io.postern.dns.Survey;
import io.postern.keys.DkimKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/// Looks at records on every authoritative server of their zones. Safe for many threads.
public final class DnsLook implements Look {
    /// Aliases on the way to a record: a slot is one, and a provider's own may follow.
    private static final int MAX_ALIASES = 4;

    /// Names asked about in one look: servers that are not of one mind name several.
    private static final int MAX_NAMES = 8;

    private final Function<String, Survey> survey;

    /// @param survey what the servers of a name say, such as `authorities::survey`
    public DnsLook(Function<String, Survey> survey) {
        this.survey = survey;
    }

    @Override
    public Looked at(DkimKey key, DkimKey.Shown wanted, LifeRules rules, List<DkimKey> ours) {
        var one = new OneLook(key, wanted, ours);
        one.at(key.recordName(), rules.place(key), List.of());
        return one.looked();
    }

    /// One record, at all servers of all zones on the way to it.
    private final class OneLook {
        private final DkimKey key;
        private final DkimKey.Shown wanted;
        private final List<DkimKey> ours;
        private final List<Finding> faults = new ArrayList<>();
        private final List<Finding> remarks = new ArrayList<>();
        private final List<String> troubles = new ArrayList<>();
        private final Set<String> names = new HashSet<>();
        private Duration earlier = Duration.ZERO;
        private boolean anything;

        OneLook(DkimKey key, DkimKey.Shown wanted, List<DkimKey> ours) {
            this.key = key;
            this.wanted = wanted;
            this.ours = ours;
        }

        Looked looked() {
            if (!faults.isEmpty()) {
                return new Looked.Wrong(earlier, faults, !anything && troubles.isEmpty());
            }
            return troubles.isEmpty()
                    ? new Looked.Right(earlier, remarks)
                    : new Looked.Unknown(Looked.few(troubles));
        }

        /// @param place where the record should be, by way of a CNAME if that is not the name
        /// @param way the names that led here
        void at(String name, String place, List<String> way) {
            switch (survey.apply(name)) {
                case Survey.Unknown(var why) ->
                        troubles.add("the servers of " + name + " can't be found: " + why);
                case Survey.NoZone(var why) -> missing("the domain is not in the DNS: " + why);
                case Survey.Asked asked -> {
                    later(asked.negativeTtl());
                    servers(name, place, asked, way);
                }
            }
        }

        private void servers(String name, String place, Survey.Asked asked, List<String> way) {
            if (asked.passedOver() > 0) {
                troubles.add(
                        "%d servers of %s were not asked, for at most %d of a zone are: if they have the record, use `postern dkim activate`"
                                .formatted(
                                        asked.passedOver(), asked.zone(), Authorities.MAX_SERVERS));
            }
            var targets = new ArrayList<String>();
            var byServer = asked.servers().stream().map(Survey.Said::server).distinct().toList();
            for (var server : byServer) {
                var said = asked.servers().stream().filter(s -> s.server().equals(server)).toList();
                // A server may have an address that we have no way to, such as one of IPv6.
                boolean answered =
                        said.stream().anyMatch(s -> !(s.word() instanceof Survey.Word.Trouble));
                for (var one : said) {
                    word(name, place, one, answered, targets);
                }
            }
            var further = new ArrayList<>(way);
            further.add(name);
            for (var target : targets.stream().distinct().toList()) {
                follow(target, further);
            }
        }

        private void follow(String target, List<String> way) {
            if (way.contains(target)) {
                fault(
                        Finding.Kind.ALIAS,
                        "the aliases of " + key.recordName() + " lead in a circle");
            } else if (way.size() > MAX_ALIASES) {
                tooMany("leads through more than " + MAX_ALIASES + " aliases");
            } else if (names.size() == MAX_NAMES && !names.contains(target)) {
                tooMany("leads to more than " + MAX_NAMES + " names on the way");
            } else if (names.add(target)) {
                at(target, target, way);
            }
        }

        /// What is at the end is not known.
        private void tooMany(String words) {
            anything = true;
            fault(Finding.Kind.ALIAS, key.recordName() + " " + words);
        }

        private void word(
                String name,
                String place,
                Survey.Said said,
                boolean answered,
                List<String> targets) {
            var where = said.server();
            switch (said.word()) {
                case Survey.Word.Trouble(var why) -> {
                    if (!answered) {
                        troubles.add(where + " gives no answer about " + name + ": " + why);
                    }
                }
                case Survey.Word.Nothing(_, var ttl) -> {
                    later(ttl);
                    if (wanted == DkimKey.Shown.KEY && !place.equals(name)) {
                        missing(
                                "%s has no CNAME %s, it should be an alias of %s"
                                        .formatted(where, name, place));
                    } else if (wanted == DkimKey.Shown.KEY && !name.equals(key.recordName())) {
                        fault(
                                Finding.Kind.ALIAS,
                                "%s has no TXT record %s, which %s is an alias of"
                                        .formatted(where, name, key.recordName()));
                    } else if (wanted == DkimKey.Shown.KEY) {
                        missing("%s has no TXT record %s".formatted(where, name));
                    } else if (wanted == DkimKey.Shown.REVOCATION) {
                        missing("%s has no record %s any more".formatted(where, name));
                    }
                }
                case Survey.Word.Alias(var target, var ttl) -> {
                    boolean expected =
                            place.equals(name) || place.toLowerCase(Locale.ROOT).equals(target);
                    if (!expected && wanted == DkimKey.Shown.KEY) {
                        anything = true;
                        later(ttl);
                        fault(
                                Finding.Kind.ALIAS,
                                "%s has %s as an alias of %s, it should be one of %s"
                                        .formatted(where, name, target, place));
                    } else {
                        targets.add(target);
                    }
                }
                case Survey.Word.Texts(var texts, var ttl) -> {
                    anything = true;
                    texts(name, place, where, texts, ttl);
                }
            }
        }

        private void texts(
                String name, String place, String where, List<String> texts, Duration ttl) {
            if (wanted != DkimKey.Shown.KEY) {
                // What is void is remembered too: the next key of a slot waits for it.
                later(ttl);
                var still = RecordReading.withdrawn(key, where + ": " + name, texts);
                still.ifPresent(faults::add);
                if (still.isEmpty() && wanted == DkimKey.Shown.NOTHING && isRevocation(texts)) {
                    fault(
                            Finding.Kind.NOT_WITHDRAWN,
                            "%s still has the record %s, though it is void".formatted(where, name));
                }
                return;
            }
            if (!place.equals(name)) {
                later(ttl);
                fault(
                        Finding.Kind.ALIAS,
                        "%s has a TXT record at %s, where a CNAME to %s belongs"
                                .formatted(where, name, place));
                return;
            }
            var read = RecordReading.key(key, where + ": " + name, texts, ours);
            if (!read.faults().isEmpty()) {
                later(ttl);
                faults.addAll(read.faults());
            }
            remarks.addAll(read.remarks());
        }

        private static boolean isRevocation(List<String> texts) {
            return texts.stream()
                    .anyMatch(text ->
                            KeyRecord.parse(text) instanceof KeyRecord.Parsed.Ok(var record)
                                    && record.isRevoked());
        }

        private void missing(String words) {
            fault(Finding.Kind.MISSING, words);
        }

        private void fault(Finding.Kind kind, String words) {
            faults.add(new Finding(kind, words));
        }

        private void later(Duration other) {
            earlier = other.compareTo(earlier) > 0 ? other : earlier;
        }
    }
}
