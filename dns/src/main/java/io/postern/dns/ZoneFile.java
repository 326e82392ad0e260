package io.postern.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Master;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/// The records of a zone file's text. RFC 1035 §5.
sealed interface ZoneFile {
    record Ok(List<Record> records) implements ZoneFile {}

    record Bad(int line, String why) implements ZoneFile {}

    /// Seconds, for records without a TTL.
    long DEFAULT_TTL = 3600;

    // dnsjava puts the place first: "<none>:7: what is wrong".
    Pattern PLACED = Pattern.compile("<none>:(\\d{1,9}): (.*)", Pattern.DOTALL);

    // Files outside, and records by the million: neither belongs into a zone file given to check a
    // message. dnsjava, told not to, would pass over them in silence.
    Pattern REFUSED =
            Pattern.compile("^\\s*(\\$(?:INCLUDE|GENERATE))\\b", Pattern.CASE_INSENSITIVE);

    static ZoneFile parse(String text) {
        int number = 0;
        for (var line : text.lines().toList()) {
            number++;
            var refused = REFUSED.matcher(line);
            if (refused.find()) {
                return new Bad(number, refused.group(1) + " is not supported here");
            }
        }
        var input = new CountedLines(escaped(text));
        var records = new ArrayList<Record>();
        try (var master = new Master(input, Name.root, DEFAULT_TTL)) {
            master.disableIncludes();
            master.expandGenerate(false);
            for (var r = master.nextRecord(); r != null; r = master.nextRecord()) {
                if (r.getDClass() != DClass.IN) {
                    return new Bad(input.line(), "class " + DClass.string(r.getDClass()));
                }
                records.add(r);
            }
            return new Ok(List.copyOf(records));
        } catch (IOException | RuntimeException e) {
            // Unchecked ones too: what dnsjava throws at a text is a fault of the text.
            return bad(e, input.line());
        }
    }

    private static Bad bad(Exception e, int line) {
        var message = String.valueOf(e.getMessage());
        var placed = PLACED.matcher(message);
        return placed.matches()
                ? new Bad(Integer.parseInt(placed.group(1)), placed.group(2))
                : new Bad(line, message);
    }

    /// In octets, those above ASCII as `\DDD`: dnsjava would encode them twice.
    private static byte[] escaped(String text) {
        var plain = text.startsWith("\ufeff") ? text.substring(1) : text;
        var escaped = new StringBuilder(plain.length());
        for (byte octet : plain.getBytes(StandardCharsets.UTF_8)) {
            if (octet >= 0) {
                escaped.append((char) octet);
            } else {
                escaped.append('\\').append(octet & 0xff);
            }
        }
        return escaped.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// Hands out one octet at a time, so that the line is known when a parser gives up without
    /// saying where.
    final class CountedLines extends InputStream {
        private final InputStream octets;
        private int line = 1;
        private boolean ended;

        CountedLines(byte[] octets) {
            this.octets = new ByteArrayInputStream(octets);
        }

        @Override
        public int read() throws IOException {
            if (ended) {
                line++;
                ended = false;
            }
            int octet = octets.read();
            ended = octet == '\n';
            return octet;
        }

        @Override
        public int read(byte[] to, int at, int length) throws IOException {
            int octet = length == 0 ? 0 : read();
            if (octet < 0 || length == 0) {
                return octet;
            }
            to[at] = (byte) octet;
            return 1;
        }

        int line() {
            return line;
        }
    }
}
