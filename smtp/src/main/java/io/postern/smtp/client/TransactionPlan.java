package io.postern.smtp.client;

import io.postern.mail.BodyType;
import io.postern.mail.ContentFacts;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.Notify;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What one transaction will say to one peer. Pure.
sealed interface TransactionPlan {
    /// It can't be said.
    record CannotCarry(SendResult.Reason reason) implements TransactionPlan {}

    /// The commands, without CRLF.
    ///
    /// @param rcpt one for each of the first recipients, as many as the peer takes at once
    /// @param chunking whether the content goes by BDAT
    record Commands(String mail, List<String> rcpt, boolean chunking) implements TransactionPlan {
        public Commands {
            rcpt = List.copyOf(rcpt);
        }
    }

    /// The commands for an envelope and a content that looks like this.
    ///
    /// @throws IllegalArgumentException when a part of the envelope has a control character: it
    ///   never was a valid envelope
    static TransactionPlan of(
            Envelope envelope, ContentFacts facts, long size, Capabilities capabilities) {
        var obstacle = obstacle(envelope, facts, size, capabilities);
        if (obstacle.isPresent()) {
            return new CannotCarry(obstacle.get());
        }
        boolean utf8 = inUtf8(envelope, capabilities);
        boolean binary = binary(envelope, facts);
        boolean eightBit = eightBit(facts, utf8);
        var mail = new StringBuilder("MAIL FROM:").append(envelope.reversePath());
        if (capabilities.size()) {
            mail.append(" SIZE=").append(size);
        }
        if (binary) {
            mail.append(" BODY=BINARYMIME");
        } else if ((eightBit || facts.eightBitHeader()) && capabilities.eightBitMime()) {
            mail.append(" BODY=8BITMIME");
        }
        if (utf8) {
            mail.append(" SMTPUTF8");
        }
        if (capabilities.dsn()) {
            envelope.ret().ifPresent(ret -> mail.append(" RET=").append(ret));
            envelope.envelopeId().ifPresent(id -> mail.append(" ENVID=").append(id));
        }
        // RFC 9422 §4.2: no more recipients than the peer takes.
        int count =
                Math.min(
                        envelope.recipients().size(),
                        capabilities.rcptMax().orElse(Integer.MAX_VALUE));
        var rcpt =
                envelope.recipients().subList(0, count).stream()
                        .map(recipient -> rcpt(recipient, capabilities, utf8))
                        .toList();
        return new Commands(clean(mail.toString()), rcpt, binary);
    }

    /// Why such a message can't go to the peer at all; empty when it can.
    static Optional<SendResult.Reason> obstacle(
            Envelope envelope, ContentFacts facts, long size, Capabilities capabilities) {
        boolean utf8 = inUtf8(envelope, capabilities);
        // RFC 6531 §3.2: without the extension, what needs it goes no further. A header section
        // with 8-bit octets that was never declared as UTF-8 is only 8-bit.
        if (!utf8 && (pathsInUtf8(envelope) || (envelope.smtpUtf8() && facts.eightBitHeader()))) {
            return Optional.of(SendResult.Reason.SMTP_UTF8);
        }
        boolean binary = binary(envelope, facts);
        if (binary && !capabilities.binaryMime()) {
            return Optional.of(SendResult.Reason.BINARY);
        }
        if (eightBit(facts, utf8) && !binary && !capabilities.eightBitMime()) {
            return Optional.of(SendResult.Reason.EIGHT_BIT);
        }
        // RFC 1870 §4: a message over the declared maximum need not be tried.
        var largest = capabilities.maxSize();
        return largest.isPresent() && size > largest.getAsLong()
                ? Optional.of(SendResult.Reason.TOO_LARGE)
                : Optional.empty();
    }

    private static boolean inUtf8(Envelope envelope, Capabilities capabilities) {
        return capabilities.smtpUtf8() && (envelope.smtpUtf8() || pathsInUtf8(envelope));
    }

    // RFC 3030 §3.
    private static boolean binary(Envelope envelope, ContentFacts facts) {
        return envelope.bodyType() == BodyType.BINARY_MIME || facts.bareCrOrLf() || facts.nul();
    }

    // RFC 6152 §3: what was declared 8BITMIME and is not may go on as 7-bit.
    private static boolean eightBit(ContentFacts facts, boolean utf8) {
        return facts.eightBitBody() || (facts.eightBitHeader() && !utf8);
    }

    private static String rcpt(
            EnvelopeRecipient recipient, Capabilities capabilities, boolean utf8) {
        var line = new StringBuilder("RCPT TO:").append(recipient.path());
        if (capabilities.dsn()) {
            recipient.notifyOn().ifPresent(notify -> line.append(notifyParameter(notify)));
            recipient
                    .originalRecipient()
                    .map(original -> utf8 ? original : inAscii(original))
                    .ifPresent(original -> line.append(" ORCPT=").append(original));
        }
        return clean(line.toString());
    }

    // RFC 3461 §4.1.
    private static String notifyParameter(Notify notify) {
        return " NOTIFY="
                + (notify.on().isEmpty()
                        ? "NEVER"
                        : Arrays.stream(Notify.Outcome.values())
                                .filter(notify.on()::contains)
                                .map(Enum::name)
                                .collect(Collectors.joining(",")));
    }

    // RFC 6533 §3: utf-8-addr-xtext, the form for a peer without SMTPUTF8.
    private static String inAscii(String original) {
        if (isAscii(original)) {
            return original;
        }
        var result = new StringBuilder();
        original.codePoints()
                .forEach(c -> {
                    if (c < 0x80) {
                        result.append((char) c);
                    } else {
                        result.append("\\x{").append(hex(c)).append('}');
                    }
                });
        return result.toString();
    }

    private static String hex(int codePoint) {
        return "%02X".formatted(codePoint);
    }

    private static boolean pathsInUtf8(Envelope envelope) {
        return !isAscii(envelope.reversePath().toString())
                || !envelope.recipients().stream()
                        .allMatch(recipient -> isAscii(recipient.path().toString()));
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /// A path with a CR LF in it would be a second command.
    private static String clean(String line) {
        if (line.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("control character in " + Words.harmless(line));
        }
        return line;
    }
}
