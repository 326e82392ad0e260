package io.postern.cli;

import io.postern.km.KeyManagement;
import io.postern.km.OpenVault;
import io.postern.km.RenewalsDue;
import io.postern.km.consent.Draft;
import io.postern.km.secret.KmException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// How commands do acts: in the session when there is one (`postern km unseal`), otherwise by
/// opening the vault for this one.
final class KmActs {
    private KmActs() {}

    /// Does what needs nobody's agreement.
    static <T> T opened(Io io, DataOptions data, KmInput input, Function<OpenVault, T> act) {
        if (KmSession.CURRENT.isBound()) {
            return refreshed(io, KmSession.CURRENT.get().vault(io, data), act);
        }
        try (var km = KmAccess.lock(io, data);
                var opening = input.opening(io);
                var vault = km.open(opening)) {
            return refreshed(io, vault, act);
        }
    }

    /// Does an act that approvers may have to agree to, or only asks for it.
    ///
    /// @param draft what will be asked for
    /// @return empty when it was only asked for
    static <T> Optional<T> act(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            Draft draft,
            Function<OpenVault, T> act) {
        return act(io, data, input, consent, draft, List.of(), act);
    }

    /// The same for many acts that are agreed to as one list.
    ///
    /// @param items one or more, all of one kind
    static <T> Optional<T> batch(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            List<Draft> items,
            Function<OpenVault, T> acts) {
        return act(io, data, input, consent, Draft.batch(items), items, acts);
    }

    private static <T> Optional<T> act(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            Draft draft,
            List<Draft> items,
            Function<OpenVault, T> act) {
        if (consent.request) {
            locked(
                    io,
                    data,
                    km -> {
                        consent.ask(io, km, draft);
                        return true;
                    });
            return Optional.empty();
        }
        try (var keys = consent.keys(io)) {
            if (KmSession.CURRENT.isBound()) {
                var session = KmSession.CURRENT.get();
                return Optional.of(
                        under(
                                io,
                                session.km(io, data),
                                session.vault(io, data),
                                consent,
                                draft,
                                items,
                                keys,
                                act));
            }
            try (var km = KmAccess.lock(io, data);
                    var opening = input.opening(io);
                    var vault = km.open(opening)) {
                return Optional.of(under(io, km, vault, consent, draft, items, keys, act));
            }
        }
    }

    private static <T> T under(
            Io io,
            KeyManagement km,
            OpenVault vault,
            KmConsent consent,
            Draft draft,
            List<Draft> items,
            KmConsent.Keys keys,
            Function<OpenVault, T> act) {
        var id = consent.request(km, draft, keys);
        return refreshed(
                io,
                vault,
                open -> {
                    if (id.isEmpty()) {
                        return act.apply(open);
                    }
                    return items.isEmpty()
                            ? open.under(id.getAsLong(), () -> act.apply(open))
                            : open.underBatch(id.getAsLong(), items, () -> act.apply(open));
                });
    }

    private static <T> T refreshed(Io io, OpenVault vault, Function<OpenVault, T> act) {
        var result = act.apply(vault);
        try {
            vault.refresh();
            due(io, vault);
        } catch (KmException e) {
            // What was made must still be handed out.
            io.err().println("postern: the lists were not signed ahead: " + e.getMessage());
        }
        return result;
    }

    private static void due(Io io, OpenVault vault) {
        int due = vault.dueCertificates(RenewalsDue.SOON);
        if (due > 0) {
            io.err()
                    .println(
                            "postern: %s within %s: `postern km renew --due --out DIR --passphrases-to DIR`"
                                    .formatted(
                                            Words.count(
                                                    due, "certificate ends", "certificates end"),
                                            Words.span(RenewalsDue.SOON)));
        }
    }

    /// Works under the lock; the vault stays as it is.
    static <T> T locked(Io io, DataOptions data, Function<KeyManagement, T> work) {
        if (KmSession.CURRENT.isBound()) {
            return work.apply(KmSession.CURRENT.get().km(io, data));
        }
        try (var km = KmAccess.lock(io, data)) {
            return work.apply(km);
        }
    }
}
