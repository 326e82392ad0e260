package io.postern.km.vault;

import io.postern.keys.Base32;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.shares.Shamir;
import io.postern.km.shares.Share;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// The ways to open one vault, as in LUKS: each slot wraps the same master key (AES-KWP) under a
/// key of its own, bound to the vault, the slot and its parameters. A shares slot wraps the
/// recovery secret as well, and nobody else's does.
public final class Slots {
    /// Fewer characters are guessed.
    public static final int SHORTEST_PASSPHRASE = 12;

    private final String vaultId;
    private final SecureRandom random;

    /// @param vaultId unique to the vault; not secret
    public Slots(String vaultId, SecureRandom random) {
        this.vaultId = vaultId;
        this.random = random;
    }

    /// A new vault's keys, with a recovery secret.
    public VaultKeys newKeys() {
        return new VaultKeys(
                Secret.random(VaultKeys.LENGTH, random),
                Optional.of(Secret.random(VaultKeys.LENGTH, random)));
    }

    /// The same vault with a recovery secret that is new: nothing is sealed under it yet.
    public VaultKeys withNewRecovery(VaultKeys keys) {
        return new VaultKeys(
                Secret.of(keys.master().copy()),
                Optional.of(Secret.random(VaultKeys.LENGTH, random)));
    }

    /// The short name by which unseal keys tell whose they are.
    public String vaultName() {
        return Base32.check("postern/km/vault/" + vaultId, 4);
    }

    /// A slot for a new unseal key.
    ///
    /// @param key the caller shows it to people, and closes it
    public record NewUnsealKey(Slot slot, UnsealKey key) {}

    /// A slot for new shares.
    ///
    /// @param shares the caller gives them to people, and closes them
    public record NewShares(Slot slot, List<Share> shares) {
        public NewShares {
            shares = List.copyOf(shares);
        }
    }

    /// Makes an unseal key and its slot.
    public NewUnsealKey addUnsealKey(int id, VaultKeys keys) {
        var key = UnsealKey.make(vaultName(), random);
        return new NewUnsealKey(
                wrapped(id, Slot.Kind.UNSEAL_KEY, Map.of(), key.octets().copy(), keys.master()),
                key);
    }

    /// Makes a slot for a passphrase.
    ///
    /// @throws KmException when it is too short
    public Slot addPassphrase(int id, VaultKeys keys, Secret passphrase) {
        Passphrases.longEnough(passphrase);
        var parameters = Passphrases.newParameters(random);
        var bare = new Slot(id, Slot.Kind.PASSPHRASE, parameters, new byte[0]);
        return wrapped(
                id,
                Slot.Kind.PASSPHRASE,
                parameters,
                Passphrases.key(bare, passphrase),
                keys.master());
    }

    /// Makes a slot for a token: a random secret, wrapped by the key in it.
    ///
    /// @param keyLabel of a key that [Pkcs11Token#makeKey] made
    public Slot addPkcs11(int id, VaultKeys keys, Pkcs11Token token, String keyLabel) {
        try (var secret = Secret.random(VaultKeys.LENGTH, random)) {
            var octets = secret.copy();
            var hex = HexFormat.of();
            var parameters =
                    Map.of(
                            "token", hex.formatHex(token.label().getBytes(StandardCharsets.UTF_8)),
                            "key", hex.formatHex(keyLabel.getBytes(StandardCharsets.UTF_8)),
                            "secret",
                                    hex.formatHex(token.wrap(keyLabel, octets, bound(id), random)));
            return wrapped(id, Slot.Kind.PKCS11, parameters, octets, keys.master());
        }
    }

    /// Makes shares and their slot, which gives the recovery secret too.
    ///
    /// @throws KmException when one lost share would lock everybody out, or one person could open
    public NewShares addShares(int id, VaultKeys keys, int needed, int of) {
        if (needed < 2) {
            throw new KmException(
                    "%d of %d shares is no quorum: at least two people must be needed"
                            .formatted(needed, of));
        }
        if (needed >= of) {
            throw new KmException(
                    "with %d of %d shares one lost share locks everybody out: make at least %d, or need fewer"
                            .formatted(needed, of, needed + 1));
        }
        if (of > Shamir.MOST_SHARES) {
            throw new KmException("%d shares are too many: at most %d".formatted(of, 32));
        }
        var recovery = keys.recovery().orElseThrow();
        try (var secret = Secret.random(VaultKeys.LENGTH, random);
                var both = keys.master().then(recovery)) {
            var shares = Shamir.split(secret, needed, of, random);
            var parameters =
                    Map.of("need", needed + "", "of", of + "", "set", shares.getFirst().set());
            return new NewShares(
                    wrapped(id, Slot.Kind.SHARES, parameters, secret.copy(), both), shares);
        }
    }

    /// @param secret zeroed by this
    private Slot wrapped(
            int id, Slot.Kind kind, Map<String, String> parameters, byte[] secret, Secret what) {
        var bare = new Slot(id, kind, parameters, new byte[0]);
        var octets = what.copy();
        try {
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.WRAP_MODE, key(bare, secret), random);
            return new Slot(id, kind, parameters, kwp.wrap(new SecretKeySpec(octets, "Generic")));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-KWP", e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// @param secret zeroed by this
    private SecretKey key(Slot slot, byte[] secret) {
        var facts =
                String.join("|", vaultId, slot.id() + "", slot.kind().word(), slot.parameters());
        var bound = Base32.encode(Base32.sha256(facts.getBytes(StandardCharsets.UTF_8)));
        var key = Hkdf.derive(secret, "slot/" + bound, 32);
        try {
            return new SecretKeySpec(key, "AES");
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /// Opens the vault with what is offered, by whichever slot takes it. The caller closes both.
    ///
    /// @throws KmException when no slot takes it, with the reason and the remedy
    public VaultKeys open(List<Slot> slots, Opening opening) {
        return switch (opening) {
            case Opening.ByUnsealKey(var key) -> {
                if (!key.vault().equals(vaultName())) {
                    throw new KmException(
                            "this unseal key is of vault %s, and this vault is %s: bring the right one"
                                    .formatted(key.vault(), vaultName()));
                }
                yield first(slots, Slot.Kind.UNSEAL_KEY, _ -> key.octets().copy())
                        .orElseThrow(() ->
                                new KmException(
                                        "this unseal key opens the vault no more: its slot was removed, or the folder is older than the key; `postern km slots list` shows what opens it"));
            }
            case Opening.ByPassphrase(var passphrase) ->
                    first(slots, Slot.Kind.PASSPHRASE, slot -> Passphrases.key(slot, passphrase))
                            .orElseThrow(() ->
                                    new KmException(
                                            has(slots, Slot.Kind.PASSPHRASE)
                                                    ? "wrong passphrase; the unseal key or the shares open the vault as well"
                                                    : "this vault has no passphrase: open it with the unseal key or the shares"));
            case Opening.ByShares(var shares) -> byShares(slots, shares);
            case Opening.ByPkcs11(var token) -> byToken(slots, token);
        };
    }

    private VaultKeys byToken(List<Slot> slots, Pkcs11Token token) {
        var meant =
                slots.stream()
                        .filter(slot ->
                                slot.kind() == Slot.Kind.PKCS11
                                        && slot.text("token").equals(token.label()))
                        .toList();
        if (meant.isEmpty()) {
            throw new KmException(
                    "no slot of this vault is for the token \"%s\": `postern km slots list` shows what opens it"
                            .formatted(token.label()));
        }
        return first(
                        meant,
                        Slot.Kind.PKCS11,
                        slot ->
                                token.unwrap(
                                        slot.text("key"), slot.octets("secret"), bound(slot.id())))
                .orElseThrow(() ->
                        new KmException(
                                "the token opens its slot no more: the slot was changed; open the vault another way, and make a new one"));
    }

    private String bound(int id) {
        return vaultId + "|" + id;
    }

    private VaultKeys byShares(List<Slot> slots, List<Share> shares) {
        if (!has(slots, Slot.Kind.SHARES)) {
            throw new KmException(
                    "this vault has no shares: make them with `postern km slots add --shares 2/3`");
        }
        for (var share : shares) {
            if (slots.stream()
                    .noneMatch(slot ->
                            slot.kind() == Slot.Kind.SHARES
                                    && slot.parameter("set").equals(share.set()))) {
                throw new KmException(
                        share.name()
                                + " is of another vault, or its slot was removed: `postern km slots list` shows the sets that open this one");
            }
        }
        var secret =
                switch (Shamir.combine(shares)) {
                    case Shamir.Combined.Ok(var combined) -> combined;
                    case Shamir.Combined.Bad(var why) -> throw new KmException(why);
                };
        try (secret) {
            return first(slots, Slot.Kind.SHARES, _ -> secret.copy())
                    .orElseThrow(() ->
                            new KmException(
                                    "the shares fit together and open no slot: one of them is forged, or the folder was changed; try others"));
        }
    }

    private static boolean has(List<Slot> slots, Slot.Kind kind) {
        return slots.stream().anyMatch(slot -> slot.kind() == kind);
    }

    /// Gives the secret that a slot may be opened with; zeroed after use.
    @FunctionalInterface
    private interface Offer {
        byte[] to(Slot slot);
    }

    private Optional<VaultKeys> first(List<Slot> slots, Slot.Kind kind, Offer offer) {
        for (var slot : slots) {
            if (slot.kind() == kind) {
                var keys = unwrapped(slot, offer.to(slot));
                if (keys.isPresent()) {
                    return keys;
                }
            }
        }
        return Optional.empty();
    }

    /// @param secret zeroed by this
    private Optional<VaultKeys> unwrapped(Slot slot, byte[] secret) {
        try {
            var kwp = Cipher.getInstance("AES/KWP/NoPadding");
            kwp.init(Cipher.UNWRAP_MODE, key(slot, secret));
            var octets = kwp.unwrap(slot.wrapped(), "Generic", Cipher.SECRET_KEY).getEncoded();
            try (var all = Secret.of(octets)) {
                return switch (all.length()) {
                    case VaultKeys.LENGTH ->
                            Optional.of(
                                    new VaultKeys(all.part(0, VaultKeys.LENGTH), Optional.empty()));
                    case 2 * VaultKeys.LENGTH ->
                            Optional.of(
                                    new VaultKeys(
                                            all.part(0, VaultKeys.LENGTH),
                                            Optional.of(
                                                    all.part(VaultKeys.LENGTH, VaultKeys.LENGTH))));
                    default -> Optional.empty();
                };
            }
        } catch (InvalidKeyException e) {
            return Optional.empty(); // what KWP says of a wrong key and of changed octets
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 has AES-KWP", e);
        }
    }
}
