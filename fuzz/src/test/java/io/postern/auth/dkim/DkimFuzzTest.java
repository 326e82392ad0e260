package io.postern.auth.dkim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import io.postern.fuzz.Seeds;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Tag lists, signatures and key records never throw; a tag list prints and is read again as the
/// same; a signature field with any key record has one result, and is not a pass.
class DkimFuzzTest {
    private static final String KEY =
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    private static final String SIGNATURE =
            " v=1; a=ed25519-sha256; c=relaxed/simple; d=example.com; s=sel; t=1; h=From:To;"
                    + " i=a=3Bb@example.com; l=5; q=dns/txt; z=From:x; x=99999999999;"
                    + " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YQ==";

    static Stream<byte[]> seeds() {
        return Stream.concat(
                Seeds.texts(
                        KEY,
                        SIGNATURE,
                        "v=1; a=rsa-sha256; d=bücher.example; s=x; h=; bh=; b=",
                        "a=1;a=2",
                        "l=99999999999999999999",
                        "p=",
                        "v=DKIM1; h=sha1:sha256; n=a; s=*; t=y:s; p=AAAA"),
                Stream.of(
                                "dkim/go-msgauth",
                                "dkim/james-jdkim/corpus",
                                "dkim/fastmail-mail-dkim/corpus")
                        .flatMap(Seeds::corpus)
                        .flatMap(DkimFuzzTest::signatures));
    }

    private static Stream<byte[]> signatures(byte[] message) {
        return Arrays.stream(Seeds.text(message).split("\r\n(?![ \t])"))
                .filter(field -> field.regionMatches(true, 0, "DKIM-Signature:", 0, 15))
                .map(field -> field.substring(15).getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "v=1;",
        "a=rsa-sha256",
        "d=",
        "s=",
        "h=From:",
        "bh=",
        "b=",
        "l=",
        "x=",
        "t=",
        "i=@",
        "c=relaxed/",
        "q=dns/txt",
        "z=",
        "p=",
        "k=rsa"
    })
    @FuzzTest(maxDuration = "10m")
    void read(byte[] octets) {
        var text = Seeds.text(octets);
        if (TagList.parse(text) instanceof TagList.Parsed.Ok(var list)) {
            var printed = list.toString();
            assertEquals(
                    printed,
                    TagList.parse(printed) instanceof TagList.Parsed.Ok(var again)
                            ? again.toString()
                            : "not read again: " + printed);
        }
        assertTrue(DkimSignature.parse(text) != null && KeyRecord.parse(text) != null);
        verified(text, KEY);
        verified(SIGNATURE, text);
    }

    private static void verified(String signature, String key) {
        var section = ("DKIM-Signature:" + signature + "\r\nFrom: a@example.com\r\n");
        var parsed =
                HeaderFields.parse(
                        section.getBytes(StandardCharsets.ISO_8859_1),
                        new HeaderLimits(1 << 20, 1000));
        if (!(parsed instanceof HeaderParse.Parsed(var header, _))) {
            return;
        }
        var run =
                new DkimVerifier(new OneKey(key), DkimPolicy.STANDARD)
                        .start(header, Instant.parse("2026-03-01T12:00:00Z"));
        var body = "hello\r\n".getBytes(StandardCharsets.US_ASCII);
        run.body(body, 0, body.length);
        var results = run.finish();
        assertEquals(header.all("DKIM-Signature").size(), results.size());
        assertTrue(results.stream().noneMatch(result -> result.result().word().equals("pass")));
    }

    private record OneKey(String record) implements Resolver {
        @Override
        public Answer<String> txt(String name) {
            return new Answer.Records<>(List.of(record), Duration.ofMinutes(5), false);
        }

        @Override
        public Answer<MxRecord> mx(String name) {
            throw new AssertionError("MX asked for " + name);
        }

        @Override
        public Answer<InetAddress> a(String name) {
            throw new AssertionError("A asked for " + name);
        }

        @Override
        public Answer<InetAddress> aaaa(String name) {
            throw new AssertionError("AAAA asked for " + name);
        }

        @Override
        public Answer<String> ptr(InetAddress address) {
            throw new AssertionError("PTR asked for " + address);
        }
    }
}
