package io.postern.km;

import io.postern.km.consent.Rules;
import io.postern.km.secret.KmException;
import io.postern.km.vault.TierKey;
import io.postern.km.vault.VaultKeys;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// Where approvers and policy are kept: in the vault, where each act reads them; a copy under what
/// the shares alone give, so that a program that changed the first without them is found out; and
/// one in the runtime tier, for looking, which decides nothing. They name the audit line that made
/// them: older ones put back in their place do not fit the audit.
final class RulesStore {
    /// What changes them; [#line] asks for the same.
    static final Set<String> ACTS = Set.of("add-approver", "remove-approver", "set-policy");

    private static final String TYPE = "rules";
    private static final String IN_FORCE = "in-force";
    private static final String GUARDED = "guarded-copy";
    private static final String VIEW = "view";

    private RulesStore() {}

    /// Keeps them in all three places.
    static void put(Database on, TierKey runtime, VaultKeys keys, Rules rules, SecureRandom random)
            throws SQLException {
        var octets = rules.text().getBytes(StandardCharsets.UTF_8);
        Tables.put(on, Tables.Tier.VAULT, keys.vault(), TYPE, IN_FORCE, octets, random);
        Tables.put(on, Tables.Tier.RUNTIME, runtime, TYPE, VIEW, octets, random);
        if (keys.guarded().isPresent()) {
            guard(on, keys, rules, random);
        }
    }

    /// Puts those in force into a runtime tier that was made anew.
    static void restoreView(Database on, TierKey runtime, VaultKeys keys, SecureRandom random)
            throws SQLException {
        var octets = inForce(on, keys).text().getBytes(StandardCharsets.UTF_8);
        Tables.put(on, Tables.Tier.RUNTIME, runtime, TYPE, VIEW, octets, random);
    }

    /// Keeps the copy that needs shares.
    static void guard(Database on, VaultKeys keys, Rules rules, SecureRandom random)
            throws SQLException {
        Tables.put(
                on,
                Tables.Tier.GUARDED,
                keys.guarded().orElseThrow(),
                TYPE,
                GUARDED,
                rules.text().getBytes(StandardCharsets.UTF_8),
                random);
    }

    /// Those in force.
    ///
    /// @throws KmException when they are gone, changed, or older than the audit says
    static Rules inForce(Database on, VaultKeys keys) throws SQLException {
        long seq = line(on);
        var stored = stored(on, keys.vault(), IN_FORCE);
        if (stored.isEmpty() && seq == 0) {
            return Rules.NONE; // a folder of the time before there were approvers
        }
        return stored.filter(rules -> rules.seq() == seq)
                .orElseThrow(() ->
                        new KmException(
                                "approvers and policy are not those of line %d of the audit: somebody put older ones back, or deleted them. Open the vault with the shares, which puts them right (`postern km refresh --share-file …`), or restore a backup; no act is done until then"
                                        .formatted(seq)));
    }

    /// For looking, without the vault; the vault's own decide.
    static Rules view(Database on, TierKey runtime) throws SQLException {
        return stored(on, runtime, VIEW).orElse(Rules.NONE);
    }

    /// What the shares guard, when it is of the line that the audit says.
    static Optional<Rules> guarded(Database on, VaultKeys keys) throws SQLException {
        long seq = line(on);
        return keys.guarded().isEmpty()
                ? Optional.empty()
                : stored(on, keys.guarded().get(), GUARDED).filter(rules -> rules.seq() == seq);
    }

    /// Whether all places hold the same. Only with shares can it be known of the first.
    static boolean whole(Database on, TierKey runtime, VaultKeys keys, Rules truth)
            throws SQLException {
        return same(on, keys.vault(), IN_FORCE, truth) && same(on, runtime, VIEW, truth);
    }

    private static boolean same(Database on, TierKey key, String id, Rules truth)
            throws SQLException {
        try {
            var stored = stored(on, key, id);
            return stored.isPresent()
                    ? stored.get().text().equals(truth.text())
                    : truth.equals(Rules.NONE);
        } catch (KmException e) {
            return false; // damaged is not the same
        }
    }

    private static Optional<Rules> stored(Database on, TierKey key, String id) throws SQLException {
        if (Tables.tier(on, TYPE, id).isEmpty()) {
            return Optional.empty();
        }
        try (var secret = Tables.get(on, key, TYPE, id)) {
            var octets = secret.copy();
            var text = new String(octets, StandardCharsets.UTF_8);
            Arrays.fill(octets, (byte) 0);
            return Optional.of(Rules.parse(text));
        }
    }

    /// The line of the last act that changed them; 0 when there is none. An act's name can't be in
    /// another member of a line: quotes are escaped there.
    static long line(Database on) throws SQLException {
        return on.first(
                        """
                        SELECT max(seq) FROM audit WHERE instr(line, '"act":"add-approver"') > 0
                            OR instr(line, '"act":"remove-approver"') > 0
                            OR instr(line, '"act":"set-policy"') > 0
                        """,
                        row -> row.getLong(1))
                .orElse(0L);
    }
}
