package io.postern.smtp.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import io.postern.smtp.client.ReplyParser.Step;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// The replies of a next hop never throw, are bounded, and hold nothing that could write log lines.
class ReplyFuzzTest {
    static Stream<byte[]> seeds() {
        return Seeds.texts(
                "220 mx.example.net ESMTP\r\n",
                "250-mx\r\n250-SIZE 1000\r\n250-LIMITS RCPTMAX=10 MAILMAX=5\r\n250 STARTTLS\r\n",
                "550-5.1.1 no\r\n550 5.1.1 such user\r\n",
                "250\r\n",
                "552 \u00ff\u001b[2J\n");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void reply(byte[] octets) {
        var parser = new ReplyParser();
        int from = 0;
        for (int at = 0; at < octets.length; at++) {
            if (octets[at] != '\n') {
                continue;
            }
            var step = parser.line(octets, from, at);
            from = at + 1;
            if (step instanceof Step.Complete(var reply)) {
                assertTrue(reply.code() >= 200 && reply.code() < 600);
                assertTrue(reply.toString().chars().noneMatch(Character::isISOControl));
                assertTrue(Capabilities.parse(reply).toString().length() < 1 << 17);
            }
            if (!(step instanceof Step.More)) {
                return;
            }
        }
    }
}
