package io.postern.auth.dmarc.report;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;

/// Takes the XML out of what it came in, recognised by its octets and not by its name: gzip (RFC
/// 1952), zip, or none. RFC 9990 §3.5.2; zip is what RFC 7489 made common.
sealed interface Unpacked {
    /// Octets that begin as XML does.
    @SuppressWarnings("ArrayRecordComponent") // passed on within one call, never compared
    record Xml(byte[] octets) implements Unpacked {}

    /// None.
    record Bad(String why) implements Unpacked {}

    /// What is inside these octets. Never throws.
    static Unpacked of(byte[] octets, ReportLimits limits, Remarks remarks) {
        return of(octets, limits, remarks, 2);
    }

    private static Unpacked of(byte[] octets, ReportLimits limits, Remarks remarks, int levels) {
        return switch (Kind.of(octets)) {
            case XML -> new Xml(octets);
            case NOTHING ->
                    new Bad(
                            octets.length == 0
                                    ? "empty"
                                    : "neither XML nor gzip nor zip: begins with " + head(octets));
            case GZIP, ZIP -> {
                if (levels == 0) {
                    yield new Bad("packed more than twice");
                }
                var inside =
                        Kind.of(octets) == Kind.GZIP
                                ? gzip(octets, limits, remarks)
                                : zip(octets, limits, remarks);
                yield inside instanceof Xml(var unpacked)
                        ? of(unpacked, limits, remarks, levels - 1)
                        : inside;
            }
        };
    }

    /// What octets are, by how they begin.
    enum Kind {
        XML,
        GZIP,
        ZIP,
        NOTHING;

        static Kind of(byte[] octets) {
            if (begins(octets, 0x1F, 0x8B)) {
                return GZIP;
            }
            if (begins(octets, 'P', 'K', 3, 4)) {
                return ZIP;
            }
            if (begins(octets, 0xFE, 0xFF) || begins(octets, 0xFF, 0xFE)) {
                return XML; // UTF-16 with its mark
            }
            int at = begins(octets, 0xEF, 0xBB, 0xBF) ? 3 : 0;
            while (at < octets.length && octets[at] <= ' ' && octets[at] >= 0) {
                at++;
            }
            return at < octets.length && octets[at] == '<' ? XML : NOTHING;
        }

        private static boolean begins(byte[] octets, int... with) {
            for (int i = 0; i < with.length; i++) {
                if (i >= octets.length || (octets[i] & 0xFF) != with[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static String head(byte[] octets) {
        var text = new StringBuilder();
        for (int i = 0; i < Math.min(8, octets.length); i++) {
            text.append(i == 0 ? "" : " ").append("%02x".formatted(octets[i]));
        }
        return text.toString();
    }

    private static Unpacked gzip(byte[] octets, ReportLimits limits, Remarks remarks) {
        var out = new ByteArrayOutputStream();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(octets), 8192)) {
            return expand(in, octets.length, out, limits);
        } catch (IOException e) {
            if (out.size() == 0) {
                return new Bad("gzip that can't be read: " + e.getMessage());
            }
            // Some append zeros, some cut the check sum off: the XML itself says whether it is
            // whole.
            remarks.add("gzip is damaged after " + out.size() + " octets: " + e.getMessage());
            return new Xml(out.toByteArray());
        }
    }

    private static Unpacked zip(byte[] octets, ReportLimits limits, Remarks remarks) {
        var out = new ByteArrayOutputStream();
        try (var in = new ZipInputStream(new ByteArrayInputStream(octets))) {
            for (int i = 0; i < limits.entries(); i++) {
                var entry = in.getNextEntry();
                if (entry == null) {
                    return new Bad("zip without a report in it");
                }
                if (entry.isDirectory()) {
                    continue;
                }
                out.reset();
                var inside = expand(in, octets.length, out, limits);
                if (!(inside instanceof Xml(var unpacked)) || Kind.of(unpacked) != Kind.NOTHING) {
                    if (inside instanceof Xml && in.getNextEntry() != null) {
                        remarks.add("zip has more entries than the one that was read");
                    }
                    return inside;
                }
            }
            return new Bad("zip of " + limits.entries() + " entries and more, none a report");
        } catch (IOException | IllegalArgumentException e) {
            // IllegalArgumentException: an entry's name is in no charset of this world.
            if (Kind.of(out.toByteArray()) == Kind.XML) {
                remarks.add("zip is damaged after " + out.size() + " octets: " + e.getMessage());
                return new Xml(out.toByteArray());
            }
            return new Bad("zip that can't be read: " + e.getMessage());
        }
    }

    /// All of a stream within the limits; what was read is in `out` also when it throws.
    private static Unpacked expand(
            InputStream in, int compressed, ByteArrayOutputStream out, ReportLimits limits)
            throws IOException {
        var buffer = new byte[16 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            if (out.size() > limits.expanded()) {
                return new Bad("more than " + limits.expanded() + " octets when unpacked");
            }
            if (out.size() > 1 << 20 && out.size() / Math.max(1, compressed) > limits.ratio()) {
                return new Bad(
                        "a bomb: " + compressed + " octets unpack to more than " + out.size());
            }
        }
        return new Xml(out.toByteArray());
    }

    /// Whether these octets may hold a report: for the parts of a mail.
    static boolean mayBe(byte[] octets) {
        return Kind.of(Arrays.copyOf(octets, Math.min(octets.length, 64))) != Kind.NOTHING;
    }
}
