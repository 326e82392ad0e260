package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.BodyTap;
import io.postern.mail.ContentBuilder;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderLimits;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.SqliteStore;
import io.postern.store.StoreSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("postern queue release, on a folder that nobody uses")
class QueueReleaseTest {
    @TempDir Path folder;

    @Test
    @DisplayName("it says that mail held for want of a DKIM key is not signed by it")
    void saysSo() throws Exception {
        held("dkim: no key of example.com is in the DNS");
        var released = run("release", "--all");
        assertEquals(0, released.code(), released.err());
        assertTrue(released.out().startsWith("1 entry released\n"), released.out());
        assertTrue(released.out().contains("This signs nothing: "), released.out());
        assertEquals("0 entries released\n", run("release", "--all").out());
    }

    @Test
    @DisplayName("hold and retry say nothing of the kind")
    void others() throws Exception {
        held("dkim: no key of example.com is in the DNS");
        run("release", "--all");
        assertEquals("1 entry due now\n", run("retry", "--all").out());
        assertEquals("1 entry held\n", run("hold", "--all").out());
    }

    private World.Result run(String action, String... words) {
        var line = new ArrayList<>(List.of("queue", action, "--data", "data"));
        line.addAll(List.of(words));
        return new World(folder).run(line.toArray(String[]::new));
    }

    private void held(String why) throws Exception {
        var now = World.NOW;
        var envelope =
                Envelope.from(new ReversePath.Of(new Mailbox("author", Domain.of("example.com"))))
                        .withRecipients(
                                List.of(
                                        new EnvelopeRecipient(
                                                new ForwardPath.Of(
                                                        new Mailbox(
                                                                "info",
                                                                Domain.of("example.net"))))));
        try (var store =
                        SqliteStore.open(
                                folder.resolve("data"), StoreSettings.DEFAULTS, () -> now);
                var builder =
                        new ContentBuilder(
                                store.folder().spool(),
                                4096,
                                HeaderLimits.DEFAULT,
                                BodyTap.none())) {
            var octets =
                    "From: author@example.com\r\n\r\nHello\r\n".getBytes(StandardCharsets.US_ASCII);
            builder.write(octets, 0, octets.length);
            try (var content = ((ContentBuilder.Built.Ok) builder.finish()).content()) {
                store.accept(
                                new NewMessage(
                                        store.nextId(),
                                        now,
                                        envelope,
                                        content,
                                        List.of("example.net"),
                                        now,
                                        now.plus(Duration.ofHours(4)),
                                        now.plus(Duration.ofDays(5)),
                                        false,
                                        Map.of(MessageStore.HELD, why),
                                        List.of()))
                        .join();
            }
        }
    }
}
