package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.ca.Pkcs12;
import io.postern.km.http.Enrolment;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import io.postern.km.vault.InviteToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where invited people fetch their parcels, while the vault is sealed. A token is looked up beside
/// whoever works; only a right one takes the lock, for the moment of the audit's line. For many
/// threads, which take turns.
public final class InviteDesk implements Enrolment, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InviteDesk.class);

    private final World world;
    private final StartSecret secret;
    private final Database database;

    private InviteDesk(World world, StartSecret secret, Database database) {
        this.world = world;
        this.secret = secret;
        this.database = database;
    }

    /// Opens it beside commands.
    ///
    /// @throws KmException when there is no vault
    public static InviteDesk open(World world, StartSecret secret) {
        KeyManagement.read(world, secret).close(); // says what is wrong
        return new InviteDesk(world, secret, Database.read(world.folder()));
    }

    /// What is done with a token that is right.
    @FunctionalInterface
    private interface Work {
        Answer with(InviteToken token, Invites.Stored stored);
    }

    private synchronized Answer with(String text, Work work) {
        var parsed = InviteToken.parse(text);
        if (parsed.isEmpty()) {
            return new Answer.None();
        }
        try (var token = parsed.get()) {
            return stored(token).map(found -> work.with(token, found)).orElseGet(Answer.None::new);
        } catch (KmException e) {
            LOG.warn("an invitation can't be redeemed now: {}", e.getMessage());
            return new Answer.Later();
        }
    }

    private Optional<Invites.Stored> stored(InviteToken token) {
        return database.transaction(on -> Invites.usable(on, token.id(), world.now()));
    }

    @Override
    public Answer look(String text) {
        return with(
                text,
                (token, stored) -> {
                    try (var octets = token.open(stored.parcel().copy());
                            var parcel = Parcel.of(octets)) {
                        return new Answer.Parcel(
                                stored.address(),
                                parcel.of(Pkcs12.Form.MODERN).stream()
                                        .map(Parcel.Item::name)
                                        .toList());
                    }
                });
    }

    @Override
    public Answer fetch(String text, Form form, int index) {
        return with(
                text,
                (token, stored) -> {
                    try (var octets = token.open(stored.parcel().copy());
                            var parcel = Parcel.of(octets)) {
                        var items = parcel.of(form(form));
                        if (index < 0 || index >= items.size()) {
                            return new Answer.None();
                        }
                        var item = items.get(index);
                        var file = item.content().part(0, item.content().length());
                        return fetched(token, stored, item.name(), file);
                    }
                });
    }

    private Answer fetched(InviteToken token, Invites.Stored stored, String name, Secret file) {
        boolean handed = false;
        try {
            var line =
                    new Request(
                            "redeem",
                            stored.address(),
                            Map.of("serials", stored.serials(), "file", name));
            var done =
                    act(
                            line,
                            on -> {
                                // Another may have been faster.
                                var there = Invites.usable(on, token.id(), world.now()).isPresent();
                                if (there) {
                                    Invites.fetched(on, token.id(), world.now());
                                }
                                return there;
                            });
            if (done.isEmpty()) {
                return new Answer.Later();
            }
            handed = done.get();
            return handed ? new Answer.File(name, file) : new Answer.None();
        } finally {
            if (!handed) {
                file.close();
            }
        }
    }

    private static Pkcs12.Form form(Form form) {
        return switch (form) {
            case MODERN -> Pkcs12.Form.MODERN;
            case COMPATIBLE -> Pkcs12.Form.COMPATIBLE;
        };
    }

    @Override
    public Answer done(String text) {
        return with(
                text,
                (token, stored) ->
                        act(
                                        new Request(
                                                "redeemed",
                                                stored.address(),
                                                Map.of("serials", stored.serials())),
                                        on -> {
                                            Invites.delete(on, token.id());
                                            return true;
                                        })
                                .<Answer>map(_ -> new Answer.Gone())
                                .orElseGet(Answer.Later::new));
    }

    /// Empty when somebody else has the lock.
    private <T> Optional<T> act(Request request, Database.Work<T> change) {
        var locked = Desk.tryOpen(world, secret);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        try (var desk = locked.get()) {
            return Optional.of(desk.act(request, change));
        }
    }

    /// Those that are open, or were never redeemed.
    public synchronized List<InviteView> all() {
        return database.transaction(on -> Invites.all(on, world.now()));
    }

    @Override
    public synchronized void close() {
        database.close();
    }
}
