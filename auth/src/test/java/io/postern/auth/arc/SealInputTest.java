package io.postern.auth.arc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.auth.dkim.SampleMail;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 8617 §5.1.1 what a seal covers")
class SealInputTest {
    @Test
    @DisplayName("sets from the first on: results, signature, seal; relaxed; the last without CRLF")
    void order() {
        var input = new SealInput();
        input.add(
                SampleMail.field("ARC-Authentication-Results:  i=1;\r\n a\r\n"),
                SampleMail.field("ARC-Message-Signature: i=1; b=x\r\n"),
                SampleMail.field("ARC-Seal: i=1; b=y\r\n"));
        assertEquals(
                """
                arc-authentication-results:i=1; a
                arc-message-signature:i=1; b=x
                arc-seal:i=1; b=y
                arc-authentication-results:i=2; b
                arc-message-signature:i=2; b=z
                arc-seal:i=2; b=\
                """
                        .replace("\n", "\r\n"),
                new String(
                        input.octets(
                                SampleMail.field("ARC-Authentication-Results: i=2; b\r\n"),
                                SampleMail.field("ARC-Message-Signature: i=2;  b=z\r\n"),
                                SampleMail.field("ARC-Seal: i=2; b=\r\n")),
                        US_ASCII));
    }
}
