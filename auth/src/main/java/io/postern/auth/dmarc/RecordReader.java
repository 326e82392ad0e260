package io.postern.auth.dmarc;

import io.postern.auth.dmarc.DmarcRecord.Parsed;
import io.postern.auth.dmarc.DmarcRecord.Psd;
import io.postern.auth.text.Visible;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a policy record. RFC 9989 §4.7: what is wrong behind `v=DMARC1` gives way to defaults or
/// is passed over, and is remarked on.
final class RecordReader {
    /// RFC 7489 §6.2: a size behind a URI, which RFC 9989 §4.8 no longer has.
    private static final Pattern SIZE = Pattern.compile("![0-9]{1,18}[kmgtKMGT]?+$");

    /// Nobody reports to more; RFC 7489 §6.2 asked receivers for two.
    private static final int MAX_URIS = 16;

    /// RFC 9989 §4.8 has neither more names nor other ones; what comes is passed over.
    private static final int MAX_TAGS = 64;

    private final Map<String, String> tags = new HashMap<>();
    private final List<String> remarks = new ArrayList<>();

    private RecordReader() {}

    static Parsed read(String text) {
        int semicolon = text.indexOf(';');
        var first = semicolon < 0 ? text : text.substring(0, semicolon);
        int equals = first.indexOf('=');
        // §4.7: v= comes first and matches precisely, else the whole record is ignored. §4.8 has
        // no white space before it.
        if (equals < 0
                || !first.regionMatches(true, 0, "v", 0, 1)
                || !trim(first.substring(1, equals)).isEmpty()
                || !trim(first.substring(equals + 1)).equals("DMARC1")) {
            return new Parsed.Bad("it does not start with v=DMARC1", false);
        }
        var reader = new RecordReader();
        var twice = semicolon < 0 ? null : reader.split(text, semicolon + 1);
        return twice == null
                ? new Parsed.Ok(reader.record(), reader.remarks)
                // RFC 6376 §3.2, whose syntax this is: a repeated name makes the whole list
                // invalid.
                : new Parsed.Bad("tag " + twice + " is there twice", true);
    }

    /// Splits into tags; the name that comes twice, if one does.
    private @Nullable String split(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int semicolon = text.indexOf(';', at);
            int end = semicolon < 0 ? text.length() : semicolon;
            var piece = trim(text.substring(at, end));
            at = end + 1;
            int equals = piece.indexOf('=');
            // §4.7: names of tags are letters; ABNF's quoted names have no case.
            var name = equals < 0 ? "" : trim(piece.substring(0, equals)).toLowerCase(Locale.ROOT);
            if (name.isEmpty() || !name.chars().allMatch(c -> c >= 'a' && c <= 'z')) {
                if (!piece.isEmpty()) {
                    remarks.add("passed over, no tag: " + Visible.of(piece));
                }
            } else if (tags.size() == MAX_TAGS) {
                remarks.add("passed over, more than " + MAX_TAGS + " tags");
                return null;
            } else if (tags.putIfAbsent(name, trim(piece.substring(equals + 1))) != null) {
                return name;
            }
        }
        return null;
    }

    private DmarcRecord record() {
        var p = valid("p", DmarcPolicy::parse);
        var sp = valid("sp", DmarcPolicy::parse);
        var np = valid("np", DmarcPolicy::parse);
        var rua = uris("rua");
        // §4.10.1: no valid p=, or an sp= or np= that is none.
        if (p.isEmpty()
                || sp.isPresent() != tags.containsKey("sp")
                || np.isPresent() != has("np")) {
            sp = Optional.empty();
            np = Optional.empty();
            p = rua.isEmpty() ? Optional.empty() : Optional.of(DmarcPolicy.NONE);
            remarks.add(
                    rua.isEmpty()
                            ? "no valid policy and no rua=: DMARC is not applied (RFC 9989 §4.10.1)"
                            : "no valid policy but rua=: taken as p=none (RFC 9989 §4.10.1)");
        }
        return new DmarcRecord(
                p,
                sp,
                np,
                valid("psd", RecordReader::psd).orElse(Psd.UNSTATED),
                valid("t", RecordReader::yesOrNo).orElse(false),
                valid("adkim", RecordReader::alignment).orElse(Alignment.RELAXED),
                valid("aspf", RecordReader::alignment).orElse(Alignment.RELAXED),
                rua,
                uris("ruf"),
                valid("fo", RecordReader::failureOptions).orElse(List.of("0")),
                historic());
    }

    private boolean has(String name) {
        return tags.containsKey(name);
    }

    /// The value of a tag, read; empty when the tag is absent or, with a remark, not valid.
    private <T> Optional<T> valid(String name, Function<String, Optional<T>> read) {
        var value = tags.get(name);
        if (value == null) {
            return Optional.empty();
        }
        var valid = read.apply(value);
        if (valid.isEmpty()) {
            remarks.add("passed over, not valid: " + name + "=" + Visible.of(value));
        }
        return valid;
    }

    private static Optional<Psd> psd(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "y" -> Optional.of(Psd.YES);
            case "n" -> Optional.of(Psd.NO);
            case "u" -> Optional.of(Psd.UNSTATED);
            default -> Optional.empty();
        };
    }

    private static Optional<Boolean> yesOrNo(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "y" -> Optional.of(true);
            case "n" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<Alignment> alignment(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "r" -> Optional.of(Alignment.RELAXED);
            case "s" -> Optional.of(Alignment.STRICT);
            default -> Optional.empty();
        };
    }

    /// §4.7 has a list with colons where the ABNF of §4.8 has a few of its forms: any list of the
    /// four, each once.
    private static Optional<List<String>> failureOptions(String value) {
        var options = new ArrayList<String>();
        for (var option : pieces(value, ':')) {
            var lower = option.toLowerCase(Locale.ROOT);
            if (lower.length() != 1 || "01ds".indexOf(lower) < 0 || options.contains(lower)) {
                return Optional.empty();
            }
            options.add(lower);
        }
        return Optional.of(options);
    }

    private List<String> uris(String name) {
        var value = tags.get(name);
        var uris = new ArrayList<String>();
        if (value == null) {
            return uris;
        }
        for (var piece : pieces(value, ',')) {
            var uri = SIZE.matcher(piece).replaceFirst("");
            if (!isUri(uri) || uris.size() == MAX_URIS) {
                remarks.add("passed over in " + name + "=: " + Visible.of(piece));
            } else {
                uris.add(uri);
            }
        }
        return uris;
    }

    /// §4.8: a URI of RFC 3986, in which commas and exclamation points are encoded.
    private static boolean isUri(String text) {
        if (text.indexOf('!') >= 0 || !text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            return false;
        }
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /// RFC 9989 §9, tag registry: pct, rf and ri are historic.
    private OptionalInt historic() {
        for (var name : List.of("rf", "ri")) {
            if (has(name)) {
                remarks.add(name + "= is historic and passed over (RFC 9989 §9)");
            }
        }
        var pct = valid("pct", RecordReader::percentage);
        if (pct.isEmpty()) {
            return OptionalInt.empty();
        }
        remarks.add(
                pct.get() == 0
                        ? "pct=0 is historic and not applied; t=y has taken its place (RFC 9989 §A.6)"
                        : "pct= is historic and not applied (RFC 9989 §A.6)");
        return OptionalInt.of(pct.get());
    }

    private static Optional<Integer> percentage(String value) {
        boolean digits =
                !value.isEmpty()
                        && value.length() <= 3
                        && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits
                ? Optional.of(Integer.parseInt(value)).filter(pct -> pct <= 100)
                : Optional.empty();
    }

    private static List<String> pieces(String value, char separator) {
        var pieces = new ArrayList<String>();
        int at = 0;
        for (int end = value.indexOf(separator); end >= 0; end = value.indexOf(separator, at)) {
            pieces.add(trim(value.substring(at, end)));
            at = end + 1;
        }
        pieces.add(trim(value.substring(at)));
        return pieces;
    }

    /// Without WSP at either end; RFC 5234 §B.1 has two kinds of it.
    private static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
