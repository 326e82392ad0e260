package io.postern.smtp.client;

import io.postern.mail.ContentFacts;
import io.postern.mail.Envelope;
import io.postern.smtp.Reply;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What the peer said in its last reply to EHLO. RFC 5321 §4.1.1.1.
///
/// @param keywords service extensions in upper case, each with its parameters as written (perhaps
///   empty)
public record Capabilities(Map<String, String> keywords) {
    /// A peer that speaks only HELO.
    public static final Capabilities NONE = new Capabilities(Map.of());

    public Capabilities {
        keywords = Map.copyOf(keywords);
    }

    /// The capabilities in a positive reply to EHLO.
    static Capabilities parse(Reply reply) {
        var keywords = new HashMap<String, String>();
        // RFC 5321 §4.1.1.1: the first line is the greeting, each other one an extension.
        for (var line : reply.lines().subList(1, reply.lines().size())) {
            var text = line.strip();
            // Old servers write AUTH= and SIZE= instead of a space.
            int end = 0;
            while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '=') {
                end++;
            }
            if (end > 0) {
                var parameters = end < text.length() ? text.substring(end + 1).strip() : "";
                keywords.putIfAbsent(text.substring(0, end).toUpperCase(Locale.ROOT), parameters);
            }
        }
        return new Capabilities(keywords);
    }

    /// Why a message can't go to this peer as it is; empty when nothing is in its way.
    ///
    /// @param size octets, as RFC 1870 §3 counts them
    public Optional<SendResult.Reason> obstacle(Envelope envelope, ContentFacts facts, long size) {
        return TransactionPlan.obstacle(envelope, facts, size, this);
    }

    private boolean has(String keyword) {
        return keywords.containsKey(keyword);
    }

    /// RFC 2920.
    public boolean pipelining() {
        return has("PIPELINING");
    }

    /// RFC 6152.
    public boolean eightBitMime() {
        return has("8BITMIME");
    }

    /// RFC 6531.
    public boolean smtpUtf8() {
        return has("SMTPUTF8");
    }

    /// RFC 3461. When absent, NOTIFY, ORCPT, RET and ENVID do not go further: a DSN of success that
    /// was asked for is then ours to send ("relayed").
    public boolean dsn() {
        return has("DSN");
    }

    /// RFC 3207.
    public boolean startTls() {
        return has("STARTTLS");
    }

    /// RFC 3030 §2.
    public boolean chunking() {
        return has("CHUNKING");
    }

    /// RFC 3030 §3: of use only with CHUNKING.
    public boolean binaryMime() {
        return has("BINARYMIME") && chunking();
    }

    /// RFC 2034.
    public boolean enhancedStatusCodes() {
        return has("ENHANCEDSTATUSCODES");
    }

    /// SIZE was offered, with or without a figure. RFC 1870.
    public boolean size() {
        return has("SIZE");
    }

    /// The largest message in octets; empty when there is no figure, or it is 0. RFC 1870 §4.
    public OptionalLong maxSize() {
        // RFC 1870 §4: 0 says that there is no fixed limit.
        return positive(keywords.getOrDefault("SIZE", ""));
    }

    /// Transactions in one session: LIMITS MAILMAX (RFC 9422 §4.1).
    public OptionalInt mailMax() {
        return limit("MAILMAX");
    }

    /// Recipients in one transaction: LIMITS RCPTMAX (RFC 9422 §4.2).
    public OptionalInt rcptMax() {
        return limit("RCPTMAX");
    }

    // RFC 9422 §3: a limit that can't be understood is as if it were not there.
    private OptionalInt limit(String name) {
        for (var word : keywords.getOrDefault("LIMITS", "").split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0 && word.substring(0, equals).equalsIgnoreCase(name)) {
                var figure = positive(word.substring(equals + 1));
                return figure.isPresent() && figure.getAsLong() <= Integer.MAX_VALUE
                        ? OptionalInt.of((int) figure.getAsLong())
                        : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    private static OptionalLong positive(String digits) {
        // 18 digits fit into a long; a larger figure is no limit for us.
        if (digits.isEmpty()
                || digits.length() > 18
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        long value = Long.parseLong(digits);
        return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
    }
}
