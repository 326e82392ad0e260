package io.postern.cli;

import io.postern.km.ca.Usage;
import io.postern.mail.Mailbox;
import io.postern.mail.Paths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Who is to get certificates, of a file of comma-separated values (RFC 4180): `address`, then
/// perhaps `name` and `usage`. A first line that says so is passed over. A line that is wrong is
/// told and does not stop the others. Quoted fields end on their line.
final class KmPeople {
    /// As many as an authority of this kind serves, and as memory holds without a thought.
    static final int MOST = 100_000;

    private static final int LONGEST_FILE = 16 << 20;
    private static final int LONGEST_LINE = 2_000;

    /// One who gets certificates.
    ///
    /// @param place for messages: `line 12`, or the entry's name in a directory
    /// @param usages empty for what was asked for all
    record Person(String place, Mailbox address, Optional<List<Usage>> usages) {}

    private final List<Person> people = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /// In their order.
    List<Person> people() {
        return people;
    }

    /// What is wrong, with its place.
    List<String> wrong() {
        return wrong;
    }

    /// Reads a file.
    static KmPeople of(Path file) {
        var all = new KmPeople();
        int number = 0;
        char separator = ',';
        for (var line : text(file).lines().toList()) {
            number++;
            if (number == 1) {
                // Where commas are in numbers, spreadsheets write semicolons.
                separator = line.indexOf(',') < 0 && line.indexOf(';') >= 0 ? ';' : ',';
            }
            if (!line.isBlank()) {
                all.line("line " + number, line, separator, number == 1);
            }
        }
        return all;
    }

    private static String text(Path file) {
        byte[] octets;
        try (var in = Files.newInputStream(file)) {
            octets = in.readNBytes(LONGEST_FILE + 1);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        if (octets.length > LONGEST_FILE) {
            throw Failure.of(file + " has more than 16 MiB", "split it");
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            return text.toString().replaceFirst("^\uFEFF", "");
        } catch (CharacterCodingException e) {
            throw new Failure(file + " is not UTF-8; save it as such", e);
        }
    }

    private void line(String place, String line, char separator, boolean first) {
        if (line.length() > LONGEST_LINE) {
            wrong.add(place + " has more than " + LONGEST_LINE + " characters");
            return;
        }
        var fields = fields(line, separator);
        if (fields.isEmpty()) {
            wrong.add(place + ": a quoted field does not end, or goes on behind its quotes");
            return;
        }
        var values = fields.get();
        if (first
                && values.getFirst().strip().toLowerCase(Locale.ROOT).matches("e?-?mail|address")) {
            return;
        }
        if (values.size() > 3) {
            wrong.add(place + " has more than three fields: address,name,usage");
            return;
        }
        add(place, values.getFirst().strip(), values.size() == 3 ? values.get(2).strip() : "");
    }

    /// Adds one, or what is wrong with it.
    void add(String place, String address, String usage) {
        if (people.size() >= MOST) {
            throw Failure.of("there are more than " + MOST + " addresses", "take fewer at once");
        }
        var usages = usage.isEmpty() ? Optional.<List<Usage>>empty() : KmCommand.usage(usage);
        if (!usage.isEmpty() && usages.isEmpty()) {
            wrong.add(
                    "%s: there is no usage %s: apart, sign, encrypt or both"
                            .formatted(place, Table.printable(usage)));
            return;
        }
        switch (Paths.mailbox(address, true)) {
            case Paths.Parsed.Ok<Mailbox>(var mailbox, _) ->
                    people.add(new Person(place, mailbox, usages));
            case Paths.Parsed.Bad<Mailbox>(_, var why) ->
                    wrong.add(
                            "%s: %s is no address: %s"
                                    .formatted(place, Table.printable(address), why));
        }
    }

    /// RFC 4180 §2, one record; empty when its quotes are wrong.
    static Optional<List<String>> fields(String line, char separator) {
        var fields = new ArrayList<String>();
        int at = 0;
        do {
            var field = new StringBuilder();
            if (at < line.length() && line.charAt(at) == '"') {
                at = quoted(line, at + 1, field);
                if (at < 0 || (at < line.length() && line.charAt(at) != separator)) {
                    return Optional.empty();
                }
            } else {
                int end = line.indexOf(separator, at);
                int to = end < 0 ? line.length() : end;
                field.append(line, at, to);
                at = to;
            }
            fields.add(field.toString());
        } while (at++ < line.length());
        return Optional.of(fields);
    }

    /// Where the field ends; -1 when it does not.
    private static int quoted(String line, int from, StringBuilder field) {
        for (int at = from; at < line.length(); at++) {
            if (line.charAt(at) != '"') {
                field.append(line.charAt(at));
            } else if (at + 1 < line.length() && line.charAt(at + 1) == '"') {
                field.append('"');
                at++;
            } else {
                return at + 1;
            }
        }
        return -1;
    }
}
