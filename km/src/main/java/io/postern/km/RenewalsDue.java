package io.postern.km;

import io.postern.km.ca.KeyKind;
import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.Usage;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What is to be renewed, by address. Whoever has a certificate that was revoked or is held, and no
/// newer ones that do what it did, is left out: they left, or somebody is to look at them first.
public final class RenewalsDue {
    /// How long before its end a certificate is renewed by itself.
    public static final Duration SOON = Duration.ofDays(30);

    /// Whose certificates, and what they are for.
    ///
    /// @param ownKey made of their own requests, which only they can make again
    public record One(
            String address, Set<Usage> usages, KeyKind kind, boolean ownKey, Instant until) {
        /// Copies the set.
        public One {
            usages = Set.copyOf(usages);
        }
    }

    private record Row(CertificateView view, boolean ownKey, long issued) {
        boolean valid() {
            return view.state().equals("valid");
        }
    }

    private final List<One> all;

    private RenewalsDue(List<One> all) {
        this.all = List.copyOf(all);
    }

    static RenewalsDue of(Database on, Instant now, Duration within) throws SQLException {
        var all = new ArrayList<One>();
        for (var due : people(on, now, within)) {
            // Who made a key can renew it alone; the other key of that person is ours to renew.
            for (boolean own : new boolean[] {false, true}) {
                var part = due.stream().filter(row -> row.ownKey == own).toList();
                if (!part.isEmpty()) {
                    all.add(one(on, part, own));
                }
            }
        }
        return new RenewalsDue(all);
    }

    /// How many certificates: without reading any, for `km status` of ten thousand people.
    static int count(Database on, Instant now, Duration within) throws SQLException {
        return people(on, now, within).stream().mapToInt(List::size).sum();
    }

    private static List<List<Row>> people(Database on, Instant now, Duration within)
            throws SQLException {
        var rows =
                on.query(
                        "SELECT "
                                + CertificateView.COLUMNS
                                + (ownKeys(on) ? ", own_key" : ", 0")
                                + ", issued"
                                + " FROM certificate WHERE address IN (SELECT address FROM"
                                + " certificate WHERE state = 'valid' AND not_after BETWEEN ? AND ?)"
                                + " ORDER BY address, issued DESC, not_after DESC, serial",
                        row ->
                                new Row(
                                        CertificateView.of(row),
                                        row.getBoolean(10),
                                        row.getLong(11)),
                        now.minus(within).getEpochSecond(),
                        now.plus(within).getEpochSecond());
        var people = new LinkedHashMap<String, List<Row>>();
        rows.forEach(
                row -> people.computeIfAbsent(row.view.address(), _ -> new ArrayList<>()).add(row));
        return people.values().stream()
                .map(person -> due(person, now, within))
                .filter(due -> !due.isEmpty())
                .toList();
    }

    /// A folder of the first version may be looked at before an act makes it one of today.
    private static boolean ownKeys(Database on) throws SQLException {
        return on.first("PRAGMA user_version", row -> row.getInt(1)).orElse(0) >= 2;
    }

    /// Of one address, the newest first.
    private static List<Row> due(List<Row> person, Instant now, Duration within) {
        var newest = new HashMap<String, Row>();
        person.forEach(row -> newest.putIfAbsent(row.view.usage(), row));
        if (!newest.values().stream().allMatch(row -> row.valid() || replaced(row, newest))) {
            return List.of();
        }
        return newest.values().stream()
                .filter(row ->
                        row.valid() && ends(row, now, within) && !covered(row, newest, now, within))
                .sorted(Comparator.comparing((Row row) -> row.view.usage()))
                .toList();
    }

    private static boolean ends(Row row, Instant now, Duration within) {
        var end = row.view.notAfter();
        return !end.isAfter(now.plus(within)) && !end.isBefore(now.minus(within));
    }

    /// Whether others do for longer what it is for: one for both, or two apart.
    private static boolean covered(Row row, Map<String, Row> newest, Instant now, Duration within) {
        var end = now.plus(within);
        return others(row, newest, one -> one.valid() && one.view.notAfter().isAfter(end));
    }

    /// Whether what was revoked or is held has newer ones in its place.
    private static boolean replaced(Row row, Map<String, Row> newest) {
        return others(row, newest, one -> one.valid() && one.issued > row.issued);
    }

    private static boolean others(Row row, Map<String, Row> newest, Predicate<Row> fit) {
        var others = row.view.usage().equals("both") ? List.of("sign", "encrypt") : List.of("both");
        return others.stream()
                .allMatch(usage -> Optional.ofNullable(newest.get(usage)).filter(fit).isPresent());
    }

    private static One one(Database on, List<Row> due, boolean own) throws SQLException {
        var first = due.getFirst();
        var usages = new LinkedHashSet<Usage>();
        due.forEach(row ->
                usages.add(Usage.valueOf(row.view.usage().toUpperCase(java.util.Locale.ROOT))));
        var der =
                on.first(
                                "SELECT der FROM certificate WHERE serial = ?",
                                row -> row.getBytes(1),
                                first.view.serial())
                        .orElseThrow();
        var algorithm = PrivateKeys.certificate(der).getPublicKey().getAlgorithm();
        return new One(
                first.view.address(),
                usages,
                algorithm.equals("RSA") ? KeyKind.RSA_3072 : KeyKind.P_256,
                own,
                due.stream()
                        .map(row -> row.view.notAfter())
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
    }

    /// One an address; two, one after the other, when one key of it is of its own request.
    public List<One> all() {
        return all;
    }

    /// How many certificates.
    public int certificates() {
        return all.stream().mapToInt(one -> one.usages.size()).sum();
    }

    /// How many addresses have to make a request of their own.
    public long ownKeys() {
        return all.stream().filter(One::ownKey).count();
    }

    /// What [OpenVault#renewAll] is to do: all but those of own requests.
    public List<IssueOrder> orders(Duration lifetime, Pkcs12.Form form) {
        return all.stream()
                .filter(one -> !one.ownKey)
                .flatMap(one ->
                        mailbox(one.address).stream()
                                .map(mailbox ->
                                        new IssueOrder(
                                                mailbox,
                                                one.usages.stream().sorted().toList(),
                                                one.kind,
                                                lifetime,
                                                form)))
                .toList();
    }

    private static Optional<Mailbox> mailbox(String text) {
        return Paths.mailbox(text, true) instanceof Paths.Parsed.Ok<Mailbox>(var mailbox, _)
                ? Optional.of(mailbox)
                : Optional.empty();
    }
}
