package io.postern.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a reader of a message gets: the decoded octets of each leaf, with its place. Simple and in
/// memory, so that it can judge code that is neither.
final class Decoded {
    private static final Pattern BOUNDARY =
            Pattern.compile("(?is).*?;\\s*boundary\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;\"]+)).*");

    private final List<String> leaves = new ArrayList<>();

    private Decoded() {}

    static List<String> of(Content content) throws IOException {
        try (var in = content.openBody()) {
            var decoded = new Decoded();
            decoded.entity(
                    content.header(), new String(in.readAllBytes(), ISO_8859_1), "", "text/plain");
            return decoded.leaves;
        }
    }

    private static String value(HeaderFields header, String name, String otherwise) {
        return header.first(name)
                .map(field -> field.rawBody().replace("\r\n", "").strip())
                .orElse(otherwise);
    }

    private void entity(HeaderFields header, String body, String place, String defaultType) {
        var type = value(header, "Content-Type", defaultType);
        var name = type.replaceAll("(?s)[;\\s].*", "").toLowerCase(Locale.ROOT);
        var encoding =
                value(header, "Content-Transfer-Encoding", "7bit")
                        .replaceAll("\\([^()]*\\)", "")
                        .strip()
                        .toLowerCase(Locale.ROOT);
        boolean plain = !encoding.equals("base64") && !encoding.equals("quoted-printable");
        var boundary = BOUNDARY.matcher(type);
        if (plain && name.equals("message/rfc822")) {
            message(body, place + "/message");
        } else if (plain && name.startsWith("multipart/") && boundary.matches()) {
            var parts =
                    parts(body, boundary.group(1) != null ? boundary.group(1) : boundary.group(2));
            if (parts.isEmpty()) {
                leaves.add(place + " " + body);
            }
            for (int i = 0; i < parts.size(); i++) {
                part(
                        parts.get(i),
                        place + "/" + i,
                        name.equals("multipart/digest") ? "message/rfc822" : "text/plain");
            }
        } else {
            leaves.add(place + " " + decode(body, encoding));
        }
    }

    private void message(String text, String place) {
        part(text, place, "text/plain");
    }

    private void part(String text, String place, String defaultType) {
        int empty = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        var section = empty < 2 && !text.startsWith("\r\n") ? text : text.substring(0, empty);
        var body = section.length() == text.length() ? "" : text.substring(empty + 2);
        var parsed =
                (HeaderParse.Parsed)
                        HeaderFields.parse(
                                section.getBytes(ISO_8859_1), new HeaderLimits(1 << 24, 1 << 20));
        var header = parsed.fields();
        var shown = new StringBuilder();
        for (var field : header.fields()) {
            if (!field.name().equalsIgnoreCase("Content-Transfer-Encoding")) {
                shown.append(field.raw().replace("\r\n", ""));
            }
        }
        leaves.add(place + " header " + shown);
        entity(header, body, place, defaultType);
    }

    private static List<String> parts(String body, String boundary) {
        var parts = new ArrayList<String>();
        var delimiter =
                Pattern.compile(
                        "(?:^|(?<=\r\n))--"
                                + Pattern.quote(boundary.stripTrailing())
                                + "(--)?[ \t]*(?:\r\n|\\z)");
        Matcher matcher = delimiter.matcher(body);
        int start = -1;
        while (matcher.find()) {
            if (start >= 0) {
                int end = Math.max(start, matcher.start() - 2);
                parts.add(body.substring(start, end));
            }
            if (matcher.group(1) != null) {
                return parts;
            }
            start = matcher.end();
        }
        if (start >= 0) {
            parts.add(body.substring(Math.min(start, body.length())));
        }
        return parts;
    }

    private static String decode(String body, String encoding) {
        return switch (encoding) {
            case "base64" -> base64(body);
            case "quoted-printable" -> quotedPrintable(body);
            default -> body;
        };
    }

    private static String base64(String body) {
        var clean = body.replaceAll("[^A-Za-z0-9+/=]", "");
        try {
            return new String(Base64.getDecoder().decode(clean), ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return clean;
        }
    }

    private static String quotedPrintable(String body) {
        var text = body.replaceAll("[ \t]+(?=\r\n|\\z)", "");
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '=') {
                out.append(c);
            } else if (text.startsWith("\r\n", i + 1)) {
                i += 2;
            } else if (i + 2 < text.length()
                    && text.substring(i + 1, i + 3).matches("[0-9A-Fa-f]{2}")) {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
