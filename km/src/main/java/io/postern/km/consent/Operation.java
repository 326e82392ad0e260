package io.postern.km.consent;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What has a number of approvers of its own.
public enum Operation {
    /// A first certificate.
    ISSUE,
    /// The next one.
    RENEW,
    /// Revoking, holding, releasing, a leaver.
    REVOKE,
    /// An encryption key from escrow.
    RECOVER,
    /// The authority's own key.
    EXPORT,
    /// Approvers, and what opens the vault.
    ADMINISTRATORS,
    /// These numbers.
    POLICY;

    private static final String BATCH = "-batch";

    /// What takes nothing from anybody: lists and copies that are sealed, and what is only kept.
    private static final Set<String> FREE =
            Set.of(
                    "init",
                    "sign-crls",
                    "test-medium",
                    "refused-to-open",
                    "request",
                    "approve",
                    "restore-rules",
                    "guard-root",
                    "backup",
                    "restore",
                    "redeem",
                    "redeemed",
                    "recovery-told");

    /// As commands write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The operation of that name.
    public static Optional<Operation> named(String word) {
        for (var operation : values()) {
            if (operation.word().equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(operation);
            }
        }
        return Optional.empty();
    }

    /// Which one an act is; empty when it needs nobody. An act that is not known here counts as the
    /// strictest: whoever adds one says what it is.
    ///
    /// @param act such as `issue`, or `issue-batch` for many at once
    public static Optional<Operation> of(String act) {
        if (FREE.contains(act)) {
            return Optional.empty();
        }
        var bare = isBatch(act) ? act.substring(0, act.length() - BATCH.length()) : act;
        return Optional.of(
                switch (bare) {
                    case "issue", "issue-csr", "invite" -> ISSUE;
                    case "renew" -> RENEW;
                    case "revoke", "hold", "release", "leave", "cancel-invite" -> REVOKE;
                    case "recover" -> RECOVER;
                    case "export-ca" -> EXPORT;
                    case "set-policy" -> POLICY;
                    default -> ADMINISTRATORS;
                });
    }

    /// Whether an act stands for many.
    static boolean isBatch(String act) {
        return act.endsWith(BATCH);
    }

    /// The act that stands for many of that one.
    static String batch(String act) {
        return act + BATCH;
    }
}
