package io.postern.cli;

import io.postern.mail.BodyType;
import io.postern.mail.Notify;
import io.postern.mail.Ret;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a program said when it called us as sendmail.
///
/// @param recipientsInHeader `-t`
/// @param dotIsText `-i`: a line with a single dot does not end the message
/// @param reversePath `-f`, without angle brackets; empty text for the null reverse-path
/// @param fullName `-F`
/// @param bodyType `-B`; what the content needs when not given
record SendmailArguments(
        boolean recipientsInHeader,
        boolean dotIsText,
        Optional<String> reversePath,
        Optional<String> fullName,
        Optional<BodyType> bodyType,
        Optional<Notify> notifyOn,
        Optional<Ret> ret,
        Optional<String> envelopeId,
        List<String> recipients) {
    /// What the words came to.
    sealed interface Parsed {
        record Ok(SendmailArguments arguments) implements Parsed {}

        /// Not to be done.
        ///
        /// @param why names the flag and the remedy
        record Refused(String why) implements Parsed {}
    }

    SendmailArguments {
        recipients = List.copyOf(recipients);
    }

    static Parsed parse(List<String> words) {
        try {
            return new Parsed.Ok(new Reader(words).read());
        } catch (Misuse e) {
            return new Parsed.Refused(String.valueOf(e.getMessage()));
        }
    }

    private static final class Misuse extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Misuse(String why) {
            super(why);
        }
    }

    /// Reads the words as getopt does: flags may stand together, a value may stand with its flag or
    /// after it.
    private static final class Reader {
        private final List<String> words;
        private final List<String> recipients = new ArrayList<>();
        private int next;
        private boolean recipientsInHeader;
        private boolean dotIsText;
        private Optional<String> reversePath = Optional.empty();
        private Optional<String> fullName = Optional.empty();
        private Optional<BodyType> bodyType = Optional.empty();
        private Optional<Notify> notifyOn = Optional.empty();
        private Optional<Ret> ret = Optional.empty();
        private Optional<String> envelopeId = Optional.empty();

        Reader(List<String> words) {
            this.words = words;
        }

        SendmailArguments read() {
            while (next < words.size()) {
                var word = words.get(next++);
                if (word.equals("--")) {
                    recipients.addAll(words.subList(next, words.size()));
                    next = words.size();
                } else if (word.startsWith("-") && word.length() > 1) {
                    flags(word);
                } else {
                    recipients.add(word);
                }
            }
            return new SendmailArguments(
                    recipientsInHeader,
                    dotIsText,
                    reversePath,
                    fullName,
                    bodyType,
                    notifyOn,
                    ret,
                    envelopeId,
                    recipients);
        }

        private void flags(String word) {
            for (int at = 1; at < word.length(); at++) {
                var rest = word.substring(at + 1);
                switch (word.charAt(at)) {
                    case 't' -> recipientsInHeader = true;
                    case 'i' -> dotIsText = true;
                    // Verbosity, "me too", no aliases, initial submission, gateway submission.
                    case 'v', 'm', 'n', 'U', 'G' -> {}
                    // These have their value in the same word, or none.
                    case 'o' -> {
                        option(rest.isEmpty() ? value("-o", rest) : rest);
                        return;
                    }
                    // Error mode, submission or delivery configuration, debugging.
                    case 'e', 'A', 'd', 'x' -> {
                        return;
                    }
                    default -> {
                        withValue(word.charAt(at), rest);
                        return;
                    }
                }
            }
        }

        private void withValue(char flag, String rest) {
            var name = "-" + flag;
            switch (flag) {
                case 'b' -> mode(value(name, rest));
                case 'f', 'r' -> reversePath = Optional.of(bare(value(name, rest)));
                case 'F' -> fullName = Optional.of(value(name, rest));
                case 'B' -> bodyType = Optional.of(bodyType(value(name, rest)));
                case 'N' -> notifyOn = Optional.of(notifyOn(value(name, rest)));
                case 'R' -> ret = Optional.of(ret(value(name, rest)));
                case 'V' -> envelopeId = Optional.of(value(name, rest));
                // Hop count, log label, protocol, traffic log, configuration file, long option.
                case 'h', 'L', 'p', 'X', 'C', 'D', 'O' -> value(name, rest);
                case 'q' ->
                        throw new Misuse(
                                "-q runs no queue here: the gateway does it; see `postern queue retry`");
                case 'I' -> throw new Misuse("-I: there are no aliases here");
                default -> throw new Misuse("there is no flag " + name);
            }
        }

        private String value(String flag, String rest) {
            if (!rest.isEmpty()) {
                return rest;
            }
            if (next >= words.size()) {
                throw new Misuse(flag + " needs a value");
            }
            return words.get(next++);
        }

        /// `-oi` is `-i`; every other option of the kind is older than us.
        private void option(String text) {
            if (text.equals("i") || text.startsWith("itrue") || text.startsWith("iTrue")) {
                dotIsText = true;
            }
        }

        private static void mode(String mode) {
            switch (mode) {
                case "m" -> {}
                case "s" ->
                        throw new Misuse(
                                "-bs is not offered: speak SMTP to the gateway itself, 127.0.0.1:2525"
                                        + " by default");
                case "p" -> throw new Misuse("-bp is not offered: use `postern queue list`");
                case "d", "D", "l" ->
                        throw new Misuse("-b" + mode + " is not offered: use `postern serve`");
                case "i" -> throw new Misuse("-bi is not offered: there are no aliases here");
                default -> throw new Misuse("-b" + mode + " is not offered");
            }
        }

        private static String bare(String path) {
            return path.startsWith("<") && path.endsWith(">")
                    ? path.substring(1, path.length() - 1)
                    : path;
        }

        private static BodyType bodyType(String word) {
            return switch (word.toUpperCase(Locale.ROOT)) {
                case "7BIT" -> BodyType.SEVEN_BIT;
                case "8BITMIME" -> BodyType.EIGHT_BIT_MIME;
                default -> throw new Misuse("-B takes 7BIT or 8BITMIME, not " + word);
            };
        }

        private static Notify notifyOn(String text) {
            var lower = text.toLowerCase(Locale.ROOT);
            if (lower.equals("never")) {
                return Notify.NEVER;
            }
            var on = EnumSet.noneOf(Notify.Outcome.class);
            for (var word : lower.split(",", -1)) {
                on.add(
                        switch (word.strip()) {
                            case "success" -> Notify.Outcome.SUCCESS;
                            case "failure" -> Notify.Outcome.FAILURE;
                            case "delay" -> Notify.Outcome.DELAY;
                            default ->
                                    throw new Misuse(
                                            "-N takes never, or some of success,failure,delay, not "
                                                    + word);
                        });
            }
            return new Notify(on);
        }

        private static Ret ret(String word) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "full" -> Ret.FULL;
                case "hdrs" -> Ret.HDRS;
                default -> throw new Misuse("-R takes full or hdrs, not " + word);
            };
        }
    }
}
