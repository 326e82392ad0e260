package io.postern.km;

import io.postern.keys.StartSecret;
import io.postern.km.http.Enrolment;
import io.postern.km.secret.KmException;
import io.postern.km.vault.InviteToken;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Invitations for a server that runs for months: the folder is opened for each question, so that
/// one that was restored or is not there yet needs no restart. Any number of threads.
public final class InviteDoor implements Enrolment {
    private static final Logger LOG = LoggerFactory.getLogger(InviteDoor.class);

    private final World world;
    private final StartSecret secret;

    /// Opens nothing yet.
    public InviteDoor(World world, StartSecret secret) {
        this.world = world;
        this.secret = secret;
    }

    private Answer asked(String text, Function<InviteDesk, Answer> question) {
        var token = InviteToken.parse(text);
        if (token.isEmpty()) {
            return new Answer.None(); // strangers' noise does not reach the disk
        }
        token.get().close();
        try (var desk = InviteDesk.open(world, secret)) {
            return question.apply(desk);
        } catch (KmException e) {
            LOG.warn("no invitation can be redeemed now: {}", e.getMessage());
            return new Answer.Later();
        }
    }

    @Override
    public Answer look(String token) {
        return asked(token, desk -> desk.look(token));
    }

    @Override
    public Answer fetch(String token, Form form, int index) {
        return asked(token, desk -> desk.fetch(token, form, index));
    }

    @Override
    public Answer done(String token) {
        return asked(token, desk -> desk.done(token));
    }
}
