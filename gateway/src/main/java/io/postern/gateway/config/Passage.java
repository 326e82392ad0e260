package io.postern.gateway.config;

import java.util.Arrays;

/// A text in the configuration file with a grammar of its own, which knows where in the file each
/// of its characters stands, so that whoever reads it can point at what is wrong.
///
/// Two passages are equal when their texts are.
public final class Passage {
    private final String text;
    private final String file;

    /// For each code point of the text and for its end: line in the upper half, column in the
    /// lower. A single entry when only the key's place is known.
    private final long[] places;

    /// @param places one entry for each code point and one for the end, or one in all
    Passage(String text, String file, long[] places) {
        this.text = text;
        this.file = file;
        this.places = places.clone();
    }

    /// A text that stands in no file.
    public static Passage of(String text) {
        return new Passage(text, "", new long[0]);
    }

    static long place(int line, int column) {
        return (long) line << 32 | column;
    }

    public String text() {
        return text;
    }

    /// `file:line:column` of the code point with that index, or of the end.
    public String at(int index) {
        if (places.length == 0) {
            return "character " + (index + 1);
        }
        long place = places[Math.clamp(index, 0, places.length - 1)];
        return file + ":" + (place >>> 32) + ":" + (int) place;
    }

    /// `file:line:column` of its beginning.
    public String place() {
        return at(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Passage that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    /// For tests: whether each character has a place.
    boolean precise() {
        return places.length == text.codePointCount(0, text.length()) + 1
                && Arrays.stream(places).allMatch(place -> place > 0);
    }
}
