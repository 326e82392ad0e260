package io.postern.km.audit;

import io.postern.keys.Base32;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One act, as one line of canonical JSON (RFC 8785) without its line end.
///
/// @param seq from 1, without gaps
/// @param time in whole seconds
/// @param actor who did it, as the machine knows them
/// @param act such as `issue`
/// @param subject what it was done to: an address, a serial number, a slot; may be empty
/// @param request SHA-256, in hexadecimal digits, of all that was asked, see [#requestHash]
/// @param prev SHA-256 of the line before, in hexadecimal digits; zeros for the first
/// @param approved of an act that approvers signed: the hash of what they signed, and their names
public record AuditLine(
        long seq,
        Instant time,
        String actor,
        String act,
        String subject,
        String request,
        String prev,
        Optional<String> approved) {
    /// What the first line has before it.
    public static final String NOTHING = "0".repeat(64);

    private static final int LONGEST = 300;

    /// Cuts the time to seconds, and what is too long.
    public AuditLine {
        time = time.truncatedTo(ChronoUnit.SECONDS);
        actor = cut(actor);
        subject = cut(subject);
    }

    /// Of an act that needed nobody else.
    public AuditLine(
            long seq,
            Instant time,
            String actor,
            String act,
            String subject,
            String request,
            String prev) {
        this(seq, time, actor, act, subject, request, prev, Optional.empty());
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /// The hash of a request: of its canonical JSON.
    public static String requestHash(Map<String, String> request) {
        return hash(CanonicalJson.write(new TreeMap<String, Object>(request)));
    }

    /// The line.
    public String text() {
        var object = new TreeMap<String, Object>();
        object.put("seq", seq);
        object.put("time", time.toString());
        object.put("actor", actor);
        object.put("act", act);
        object.put("subject", subject);
        object.put("request", request);
        object.put("prev", prev);
        approved.ifPresent(text -> object.put("approved", text));
        return CanonicalJson.write(object);
    }

    /// SHA-256 of the line, in hexadecimal digits: what the next one has as `prev`.
    public String hash() {
        return hash(text());
    }

    /// The same of any text.
    static String hash(String text) {
        return HexFormat.of().formatHex(Base32.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// A line that was written; empty when it is not one, to the octet.
    public static Optional<AuditLine> parse(String text) {
        return CanonicalJson.read(text).flatMap(AuditLine::of).filter(l -> l.text().equals(text));
    }

    private static Optional<AuditLine> of(Map<String, Object> object) {
        var approved = Optional.ofNullable(object.get("approved"));
        if (object.size() == 7 + approved.stream().count()
                && approved.stream().allMatch(String.class::isInstance)
                && object.get("seq") instanceof Long seq
                && object.get("time") instanceof String time
                && object.get("actor") instanceof String actor
                && object.get("act") instanceof String act
                && object.get("subject") instanceof String subject
                && object.get("request") instanceof String request
                && object.get("prev") instanceof String prev) {
            try {
                return Optional.of(
                        new AuditLine(
                                seq,
                                Instant.parse(time),
                                actor,
                                act,
                                subject,
                                request,
                                prev,
                                approved.map(String.class::cast)));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
