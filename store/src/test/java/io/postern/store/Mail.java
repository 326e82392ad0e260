package io.postern.store;

import io.postern.mail.BodyType;
import io.postern.mail.Content;
import io.postern.mail.ContentFacts;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.Host;
import io.postern.mail.Mailbox;
import io.postern.mail.Notify;
import io.postern.mail.Ret;
import io.postern.mail.ReversePath;
import io.postern.mail.SuppliedContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A message to be kept, with something in every field; the parts that a test is about are set.
///
/// @param to recipients, `local@host`
/// @param bodySize octets
record Mail(
        Instant at,
        String from,
        List<String> to,
        int bodySize,
        boolean inMemory,
        Instant due,
        Duration untilDeadline,
        Map<String, String> facts) {
    static final Duration LIFE = Duration.ofDays(5);

    static Mail at(Instant at, String... to) {
        return new Mail(
                at,
                "author@example.com",
                List.of(to),
                1_000,
                false,
                at,
                Duration.ofHours(4),
                Map.of("client", "192.0.2.10", "messageId", "<1@example.com>"));
    }

    Mail from(String other) {
        return new Mail(at, other, to, bodySize, inMemory, due, untilDeadline, facts);
    }

    Mail body(int octets) {
        return new Mail(at, from, to, octets, inMemory, due, untilDeadline, facts);
    }

    Mail taken() {
        return new Mail(at, from, to, bodySize, true, due, untilDeadline, facts);
    }

    Mail due(Instant other) {
        return new Mail(at, from, to, bodySize, inMemory, other, untilDeadline, facts);
    }

    Mail fact(String name, String value) {
        var more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Mail(at, from, to, bodySize, inMemory, due, untilDeadline, more);
    }

    /// The same under an id; each recipient's destination is its host.
    NewMessage as(QueueId id) {
        return as(id, content());
    }

    NewMessage as(QueueId id, Content content) {
        return new NewMessage(
                id,
                at,
                envelope(),
                content,
                to.stream().map(path -> path.substring(path.lastIndexOf('@') + 1)).toList(),
                due,
                at.plus(untilDeadline),
                at.plus(LIFE),
                inMemory,
                facts,
                List.of(
                        new Decision("relay", "trusted", Map.of("client", "192.0.2.10")),
                        new Decision("dkim-sign", "two \"keys\"\n", Map.of())));
    }

    Envelope envelope() {
        var recipients = new ArrayList<EnvelopeRecipient>();
        for (var path : to) {
            recipients.add(
                    new EnvelopeRecipient(
                            path.indexOf('@') < 0
                                    ? new ForwardPath.Postmaster()
                                    : new ForwardPath.Of(mailbox(path)),
                            recipients.isEmpty()
                                    ? Optional.of(
                                            new Notify(
                                                    Set.of(
                                                            Notify.Outcome.DELAY,
                                                            Notify.Outcome.FAILURE)))
                                    : Optional.of(Notify.NEVER),
                            recipients.isEmpty()
                                    ? Optional.of("rfc822;" + path)
                                    : Optional.empty()));
        }
        return new Envelope(
                from.isEmpty() ? new ReversePath.Null() : new ReversePath.Of(mailbox(from)),
                BodyType.EIGHT_BIT_MIME,
                true,
                Optional.of(Ret.HDRS),
                Optional.of("QQ314159"),
                recipients);
    }

    static Mailbox mailbox(String text) {
        int at = text.lastIndexOf('@');
        Host host = new Domain(text.substring(at + 1));
        return new Mailbox(text.substring(0, at), host);
    }

    static final ContentFacts FACTS = new ContentFacts(false, true, 998, false, true);

    static final HeaderFields HEADER =
            new HeaderFields(
                    List.of(
                            new HeaderField("From", "From: author@example.com\r\n"),
                            new HeaderField("Subject", "Subject: folded\r\n here\r\n")));

    Content content() {
        return SuppliedContent.of(
                HEADER, bodySize, FACTS, () -> new Counting(bodySize), () -> {});
    }

    byte[] octets() {
        return octets(content());
    }

    static byte[] octets(Content content) {
        var out = new ByteArrayOutputStream();
        try {
            content.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// A body of any size that is not in memory; each octet depends on its place.
    private static final class Counting extends InputStream {
        private final long size;
        private long at;

        Counting(long size) {
            this.size = size;
        }

        @Override
        public int read() {
            return at < size ? (int) (at++ * 31 % 251) : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int part = (int) Math.min(length, size - at);
            if (part <= 0) {
                return length == 0 ? 0 : -1;
            }
            for (int i = 0; i < part; i++) {
                into[offset + i] = (byte) read();
            }
            return part;
        }
    }
}
