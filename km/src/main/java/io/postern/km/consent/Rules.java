package io.postern.km.consent;

import io.postern.km.audit.CanonicalJson;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who the approvers are, and how many of them each operation needs.
///
/// @param seq of the audit line of the act that made them; 0 for those of a new vault
/// @param approvers by name
/// @param needed for each operation; 0 when whoever opens the vault may do it
public record Rules(
        long seq, SortedMap<String, Approver> approvers, Map<Operation, Integer> needed) {
    /// Of a new vault: no approvers, nothing needed.
    public static final Rules NONE = new Rules(0, new TreeMap<>(), Map.of());

    /// More could not be shown in a line of the audit.
    public static final int MOST_APPROVERS = 32;

    private static final String APPROVER = "approver:";
    private static final String POLICY = "policy:";

    public Rules {
        approvers = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(approvers));
        var all = new EnumMap<Operation, Integer>(Operation.class);
        for (var operation : Operation.values()) {
            all.put(operation, needed.getOrDefault(operation, 0));
        }
        needed = java.util.Collections.unmodifiableMap(all);
    }

    /// How many must agree.
    public int needed(Operation operation) {
        return needed.getOrDefault(operation, 0);
    }

    /// The same, made by another act.
    public Rules at(long line) {
        return new Rules(line, approvers, needed);
    }

    /// With one more.
    ///
    /// @throws KmException when there is one of that name, or with that key, or there are too many
    public Rules with(Approver approver) {
        if (approvers.containsKey(approver.name())) {
            throw new KmException(
                    "there is an approver %s already: remove it first, or take another name"
                            .formatted(approver.name()));
        }
        for (var one : approvers.values()) {
            if (one.publicKey().equals(approver.publicKey())) {
                throw new KmException(
                        "%s has this key already: one person with two names would count twice"
                                .formatted(one.name()));
            }
        }
        if (approvers.size() == MOST_APPROVERS) {
            throw new KmException("there are %d approvers, the most".formatted(MOST_APPROVERS));
        }
        var more = new TreeMap<>(approvers);
        more.put(approver.name(), approver);
        return new Rules(seq, more, needed);
    }

    /// With one less.
    ///
    /// @throws KmException when there is none of that name, or too few would be left
    public Rules without(String name) {
        if (!approvers.containsKey(name)) {
            throw new KmException(
                    "there is no approver %s: `postern km approvers list` shows them"
                            .formatted(name));
        }
        var fewer = new TreeMap<>(approvers);
        fewer.remove(name);
        var left = new Rules(seq, fewer, needed);
        left.lockout()
                .ifPresent(why -> {
                    throw new KmException(
                            "%s stays: without them there are %d approvers, and %s"
                                    .formatted(name, fewer.size(), why));
                });
        return left;
    }

    /// With other numbers; those that are not named stay.
    ///
    /// @throws KmException when they lock everybody out, or one could get round another
    public Rules with(Map<Operation, Integer> numbers) {
        var all = new EnumMap<Operation, Integer>(Operation.class);
        all.putAll(needed);
        all.putAll(numbers);
        var next = new Rules(seq, approvers, all);
        next.lockout()
                .or(next::wayRound)
                .ifPresent(why -> {
                    throw new KmException(why);
                });
        return next;
    }

    /// The rule m ≤ n-1: one lost key stops nothing.
    private Optional<String> lockout() {
        for (var one : needed.entrySet()) {
            int most = Math.max(0, approvers.size() - 1);
            if (one.getValue() < 0 || one.getValue() > most) {
                return Optional.of(
                        "%s=%d can't be: of %d approvers at most %d may be needed, so that one lost key locks nobody out. Add approvers first (`postern km approvers add`), or set %s=%d"
                                .formatted(
                                        one.getKey().word(),
                                        one.getValue(),
                                        approvers.size(),
                                        most,
                                        one.getKey().word(),
                                        most));
            }
        }
        return Optional.empty();
    }

    /// Who may change the rules must be as many as for anything else, or the rules bind nobody.
    private Optional<String> wayRound() {
        int highest = needed.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (var operation : List.of(Operation.ADMINISTRATORS, Operation.POLICY)) {
            if (needed(operation) < highest) {
                return Optional.of(
                        "%s=%d is less than another number: those few could change the rules, and then do the rest alone. Set administrators=%d policy=%d with it"
                                .formatted(operation.word(), needed(operation), highest, highest));
            }
        }
        return Optional.empty();
    }

    /// The canonical form (RFC 8785).
    public String text() {
        var object = new TreeMap<String, Object>();
        object.put("seq", seq);
        approvers.forEach((name, one) ->
                object.put(APPROVER + name, HexFormat.of().formatHex(one.publicKey().copy())));
        needed.forEach((operation, number) -> object.put(POLICY + operation.word(), (long) number));
        return CanonicalJson.write(object);
    }

    /// Of [#text].
    ///
    /// @throws KmException when the text is none
    public static Rules parse(String text) {
        try {
            long seq = 0;
            var approvers = new TreeMap<String, Approver>();
            var needed = new EnumMap<Operation, Integer>(Operation.class);
            for (var entry : CanonicalJson.read(text).orElseThrow().entrySet()) {
                var name = entry.getKey();
                switch (entry.getValue()) {
                    case Long number when name.equals("seq") -> seq = number;
                    case Long number when name.startsWith(POLICY) ->
                            needed.put(
                                    Operation.named(name.substring(POLICY.length())).orElseThrow(),
                                    Math.toIntExact(number));
                    case String key when name.startsWith(APPROVER) -> {
                        var approver =
                                new Approver(
                                        name.substring(APPROVER.length()),
                                        new Octets(HexFormat.of().parseHex(key)));
                        approvers.put(approver.name(), approver);
                    }
                    case Object _ -> throw new IllegalArgumentException(name);
                }
            }
            return new Rules(seq, approvers, needed);
        } catch (KmException
                | IllegalArgumentException
                | ArithmeticException
                | java.util.NoSuchElementException e) {
            throw new KmException(
                    "the record of approvers and policy can't be read: use the version that wrote it, or restore it from a backup",
                    e);
        }
    }

    /// For people.
    public String words() {
        if (approvers.isEmpty()) {
            return "nobody else is asked: whoever opens the vault acts alone";
        }
        var numbers = new java.util.StringJoiner(" ");
        needed.forEach((operation, number) -> numbers.add(operation.word() + "=" + number));
        return "%s; %s".formatted(String.join(", ", approvers.keySet()), numbers);
    }
}
