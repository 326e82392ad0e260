package io.postern.auth.authres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcRecord;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerdict;
import io.postern.auth.spf.SpfResult;
import io.postern.auth.spf.SpfVerdict;
import io.postern.mail.HeaderField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An Authentication-Results header field. RFC 8601 §2.2.
///
/// @param authservId who says so; usually our host name (§2.5)
/// @param results in the order in which they are written; `none` is written when empty
public record AuthenticationResults(String authservId, List<MethodResult> results) {
    /// What one method came to.
    ///
    /// @param method such as `dkim`
    /// @param result such as `pass`
    /// @param reason quoted as it needs
    /// @param comment for people, written in parentheses
    public record MethodResult(
            String method,
            String result,
            Optional<String> reason,
            Optional<String> comment,
            List<Property> properties) {
        public MethodResult {
            properties = List.copyOf(properties);
        }
    }

    /// An input of the method.
    ///
    /// @param type `header`, `smtp`, `policy` or `body`
    /// @param name such as `d`
    /// @param value quoted as it needs
    public record Property(String type, String name, String value) {}

    /// What the body of a field was read as.
    public sealed interface Parsed {
        /// A field of a version that we know. Methods of versions that we don't are left out.
        record Ok(AuthenticationResults results) implements Parsed {}

        /// Not one: to be ignored.
        ///
        /// @param at offset of the character at which reading ended
        record Bad(int at, String why) implements Parsed {}
    }

    /// An ARC-Authentication-Results field. RFC 8617 §4.1.1.
    ///
    /// @param instance `i=`, 0 to 99
    /// @param parsed what follows it
    public record Numbered(int instance, Parsed parsed) {}

    private static final String NAME = "Authentication-Results";

    /// RFC 5322 §2.1.1: lines SHOULD be no longer, CRLF excluded.
    private static final int LINE = 78;

    /// RFC 6008: enough of `b=` to tell the signatures of a message apart.
    private static final int SIGNATURE_HEAD = 8;

    /// Characters of a value or reason that are written: RFC 5322 §2.1.1 allows a line 998 octets,
    /// and each may become three.
    private static final int WRITTEN = 300;

    public AuthenticationResults {
        results = List.copyOf(results);
    }

    /// Reads the body of a field: what follows its colon, folded or not, octets as the characters
    /// U+0000 to U+00FF. Never throws. Methods, results and names of properties are given in lower
    /// case; of several comments the first of a result is kept. RFC 8601 §2.2.
    public static Parsed parse(String fieldBody) {
        return ResultsReader.read(fieldBody);
    }

    /// Reads the body of an ARC-Authentication-Results field; empty when it has no instance. Never
    /// throws. RFC 8617 §4.1.1.
    public static Optional<Numbered> parseNumbered(String fieldBody) {
        return ResultsReader.readNumbered(fieldBody);
    }

    /// The result of DMARC. RFC 9989 §9.1: `policy.dmarc` is what is to be applied, so it is there
    /// only where something is.
    public static MethodResult dmarc(DmarcResult result) {
        var properties = new ArrayList<Property>();
        properties.add(header("from", result.author().name()));
        result.effective()
                .filter(_ -> result.verdict() instanceof DmarcVerdict.Fail)
                .ifPresent(
                        policy -> properties.add(new Property("policy", "dmarc", policy.word())));
        boolean testing = result.record().filter(DmarcRecord::testing).isPresent();
        return new MethodResult(
                "dmarc",
                result.verdict().word(),
                brief(result.verdict().reason()),
                result.requested().map(policy -> "p=" + policy.word() + (testing ? ", t=y" : "")),
                properties);
    }

    /// The results of DKIM: one per signature, or `dkim=none`. RFC 8601 §2.7.1.
    public static List<MethodResult> dkim(List<SignatureResult> results) {
        return results.isEmpty()
                ? List.of(
                        new MethodResult(
                                "dkim", "none", Optional.empty(), Optional.empty(), List.of()))
                : results.stream().map(AuthenticationResults::dkim).toList();
    }

    private static MethodResult dkim(SignatureResult result) {
        var properties = new ArrayList<Property>();
        result.signingDomain().ifPresent(d -> properties.add(header("d", d.name())));
        // Half an identity is another one.
        result.identity()
                .filter(AuthenticationResults::isShort)
                .ifPresent(i -> properties.add(header("i", i)));
        result.selector().ifPresent(s -> properties.add(header("s", s)));
        result.algorithm()
                .filter(AuthenticationResults::isShort)
                .ifPresent(a -> properties.add(header("a", a)));
        result.signature()
                .filter(b -> !b.isEmpty())
                .ifPresent(b -> properties.add(header("b", head(b))));
        var comment = new ArrayList<String>();
        result.keyBits().ifPresent(bits -> comment.add(bits + "-bit key"));
        if (result.testing()) {
            comment.add("testing");
        }
        return new MethodResult(
                "dkim",
                result.result().word(),
                brief(result.result().reason()),
                comment.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", comment)),
                properties);
    }

    /// The result of SPF, with the domain that was checked as `smtp.mailfrom` or `smtp.helo`. RFC
    /// 8601 §2.7.2. The explanation of a fail is not part of it: those are a stranger's words.
    public static MethodResult spf(SpfResult result) {
        var reason =
                result.verdict() instanceof SpfVerdict.Fail
                        ? Optional.<String>empty()
                        : result.verdict().reason();
        return new MethodResult(
                "spf",
                result.verdict().word(),
                reason,
                Optional.empty(),
                List.of(new Property("smtp", result.identity().word(), result.domain())));
    }

    private static boolean isShort(String value) {
        return value.length() <= WRITTEN;
    }

    /// A reason so short that it fits on a line, whatever of a stranger's is in it.
    public static Optional<String> brief(Optional<String> reason) {
        return reason.map(text -> isShort(text) ? text : text.substring(0, WRITTEN) + "...");
    }

    private static Property header(String name, String value) {
        return new Property("header", name, value);
    }

    private static String head(String signature) {
        return signature.substring(0, Math.min(SIGNATURE_HEAD, signature.length()));
    }

    /// The field, folded at 78 octets where it can be.
    public HeaderField field() {
        return field(NAME, "");
    }

    /// The same as an ARC-Authentication-Results field. RFC 8617 §4.1.1.
    ///
    /// @param instance 1 to 50
    public HeaderField numberedField(int instance) {
        return field("ARC-" + NAME, "i=" + instance + "; ");
    }

    private HeaderField field(String name, String prefix) {
        var out =
                new StringBuilder(name).append(": ").append(prefix).append(Words.value(authservId));
        if (results.isEmpty()) {
            // §2.2: no-result.
            return new HeaderField(name, out.append("; none\r\n").toString());
        }
        for (var result : results) {
            out.append(";\r\n\t");
            int column = append(out, 8, result.method() + "=" + result.result());
            if (result.comment().isPresent()) {
                column = append(out, column, Words.comment(result.comment().get()));
            }
            if (result.reason().isPresent()) {
                column = append(out, column, "reason=" + Words.quoted(result.reason().get()));
            }
            for (var property : result.properties()) {
                column =
                        append(
                                out,
                                column,
                                property.type()
                                        + "."
                                        + property.name()
                                        + "="
                                        + Words.value(property.value()));
            }
        }
        return new HeaderField(name, out.append("\r\n").toString());
    }

    /// Writes a word at this column or on a new line; the column after it.
    private static int append(StringBuilder out, int column, String word) {
        // As octets: HeaderField keeps octets as characters.
        var octets = isAscii(word) ? word : new String(word.getBytes(UTF_8), ISO_8859_1);
        int at = column;
        if (column > 8) {
            if (column + 1 + octets.length() > LINE) {
                out.append("\r\n\t");
                at = 8;
            } else {
                out.append(' ');
                at++;
            }
        }
        out.append(octets);
        return at + octets.length();
    }

    private static boolean isAscii(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) > 0x7F) {
                return false;
            }
        }
        return true;
    }
}
