package io.postern.auth.dmarc.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.mail.Content;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.MemoryContent;

/// Mails out of octets, lines ended as on the wire.
final class Mails {
    private Mails() {}

    static Content of(byte[] octets) {
        var text = new String(octets, ISO_8859_1).replace("\r\n", "\n").replace("\n", "\r\n");
        int end = text.indexOf("\r\n\r\n");
        var header = end < 0 ? text : text.substring(0, end + 2);
        var body = end < 0 ? "" : text.substring(end + 4);
        return switch (HeaderFields.parse(header.getBytes(ISO_8859_1), HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed(var fields, _) ->
                    MemoryContent.of(fields, body.getBytes(ISO_8859_1));
            case HeaderParse.TooLarge(var why) -> throw new AssertionError(why);
        };
    }

    static Content of(String text) {
        return of(text.getBytes(ISO_8859_1));
    }
}
