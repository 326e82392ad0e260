package io.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A message for tests, its octets as characters.
public record SampleMail(HeaderFields header, String body) {
    private static final Pattern LINE_END = Pattern.compile("(?<=\r\n)");

    /// Splits at the first empty line. Line ends of any kind become CRLF.
    public static SampleMail of(String text) {
        return exact(text.replace("\r\n", "\n").replace("\n", "\r\n"));
    }

    public static SampleMail read(Path file) {
        try {
            return of(Files.readString(file, ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SampleMail exact(String text) {
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        var section = end == 1 ? text : text.substring(0, end);
        var body = end == 1 ? "" : text.substring(end + 2);
        var fields = new ArrayList<HeaderField>();
        var raw = new StringBuilder();
        for (var line : LINE_END.splitAsStream(section).toList()) {
            if (!raw.isEmpty() && !line.startsWith(" ") && !line.startsWith("\t")) {
                fields.add(field(raw.toString()));
                raw.setLength(0);
            }
            raw.append(line);
        }
        if (!raw.isEmpty()) {
            fields.add(field(raw.toString()));
        }
        return new SampleMail(new HeaderFields(fields), body);
    }

    public static HeaderField field(String raw) {
        int colon = Math.max(0, raw.indexOf(':'));
        return new HeaderField(raw.substring(0, colon).stripTrailing(), raw);
    }

    /// The same with fields above.
    public SampleMail under(List<HeaderField> above) {
        var fields = new ArrayList<>(above);
        fields.addAll(header.fields());
        return new SampleMail(new HeaderFields(fields), body);
    }

    public SampleMail withBody(String other) {
        return new SampleMail(header, other);
    }

    public byte[] bodyOctets() {
        return body.getBytes(ISO_8859_1);
    }

    public BodyHash hash(SignOptions options) {
        var hasher = BodyHasher.of(options);
        var octets = bodyOctets();
        hasher.update(octets, 0, octets.length);
        return hasher.finish().getFirst();
    }
}
