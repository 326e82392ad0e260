package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import io.postern.mail.Paths.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Paths, mailboxes, domains and address lists never throw; what was read prints, and is read again
/// as the same.
class AddressFuzzTest {
    static Stream<byte[]> seeds() {
        var own =
                Seeds.texts(
                        "<>",
                        "<a@b.example>",
                        "<\"a b\\\"c\"@b.example>",
                        "<@r.example,@s.example:a@b.example>",
                        "<user%far.example@b.example>",
                        "<far.example!user@b.example>",
                        "<\"user@far.example\"@b.example>",
                        "<IMCEASMTP-user+40far+2Eexample@b.example>",
                        "<a@[IPv6:2001:db8::1]>",
                        "<a@[192.0.2.1]>",
                        "<a@b.example.>",
                        "<a@B\u00fccher.example>",
                        "<a@xn--bcher-kva.example>",
                        "Name (comment (nested)) <a@b.example>, group: x@y.example, z@y.example;",
                        "=?utf-8?q?a?= <a@b.example>",
                        "a".repeat(65) + "@b.example",
                        "a@x <a@x>");
        return Stream.concat(
                own,
                Seeds.corpus("smtp/postfix-in-ref/tok822_parse.in")
                        .flatMap(file -> Seeds.text(file).lines())
                        .map(line -> line.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "@", "<", ">", "\\\"", "[IPv6:", "xn--", "%", "!", ":", ";", "(", ")", "\\\\"
    })
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] octets) {
        for (var text :
                new String[] {
                    new String(octets, StandardCharsets.ISO_8859_1),
                    new String(octets, StandardCharsets.UTF_8)
                }) {
            for (boolean utf8 : new boolean[] {false, true}) {
                if (Paths.reversePath(text, utf8) instanceof Parsed.Ok<ReversePath>(var path, _)) {
                    assertEquals(path, value(Paths.reversePath(path.toString(), utf8)));
                }
                if (Paths.forwardPath(text, utf8) instanceof Parsed.Ok<ForwardPath>(var path, _)) {
                    assertEquals(path, value(Paths.forwardPath(path.toString(), utf8)));
                }
                if (Paths.mailbox(text, utf8) instanceof Parsed.Ok<Mailbox>(var mailbox, _)) {
                    assertEquals(mailbox, value(Paths.mailbox(mailbox.toString(), utf8)));
                }
            }
            Domain.parse(text)
                    .ifPresent(domain ->
                            assertEquals(Optional.of(domain), Domain.parse(domain.toString())));
            if (AddressList.parse(text) instanceof AddressList.Parsed.Ok(var entries)) {
                for (var entry : entries) {
                    checkAuthor(entry.mailbox());
                }
            }
        }
    }

    /// A header field may name a local part of any length (RFC 5322 §3.4.1), an envelope may not
    /// (RFC 5321 §4.5.3.1.1).
    private static void checkAuthor(Mailbox mailbox) {
        var written = mailbox.toString();
        assertEquals(
                List.of(new AddressList.Entry("", mailbox)),
                AddressList.parse(written) instanceof AddressList.Parsed.Ok(var again)
                        ? again
                        : List.of());
        if (mailbox.localPart().getBytes(StandardCharsets.UTF_8).length <= 64) {
            assertEquals(mailbox, value(Paths.mailbox(written, true)));
        }
    }

    private static <T> T value(Parsed<T> parsed) {
        return switch (parsed) {
            case Parsed.Ok<T>(var value, _) -> value;
            case Parsed.Bad<T>(_, var why) -> throw new AssertionError("not read again: " + why);
        };
    }
}
