package io.postern.mail;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Trace information. RFC 5321 §4.4.
public final class Trace {
    // RFC 5322 §2.1.1
    private static final int FOLD_AT = 78;
    private static final int MAX_NAME = 255;

    private static final String HIDDEN = " inside hops not shown";
    private static final Pattern HIDDEN_HOPS =
            Pattern.compile("\\(([0-9]{1,5})\\s+inside\\s+hops\\s+not\\s+shown\\)");

    private Trace() {}

    /// What a Received field tells. Every text may be hostile.
    ///
    /// @param heloName as the client gave it
    /// @param reverseName verified: it leads back to the client's address
    /// @param by our own name
    /// @param protocol such as ESMTPS (RFC 3848)
    /// @param tls such as `TLSv1.3 TLS_AES_256_GCM_SHA384`
    /// @param onlyRecipient the recipient when there is exactly one: more would tell each of the
    ///   others
    public record Received(
            String heloName,
            Optional<Domain> reverseName,
            InetAddress client,
            String by,
            String protocol,
            Optional<String> tls,
            String id,
            Optional<ForwardPath> onlyRecipient,
            Instant at) {}

    /// The Received field, folded at 78 octets.
    public static HeaderField received(Received facts) {
        var words = new ArrayList<String>();
        words.add("from " + clean(facts.heloName()));
        var address = address(facts.client());
        // RFC 5321 §4.4: TCP-info is the address the server saw, and its name if there is one.
        words.add(
                facts.reverseName()
                        .map(name -> "(" + name + " " + address + ")")
                        .orElse("(" + address + ")"));
        words.add("by " + clean(facts.by()));
        words.add("with " + clean(facts.protocol()));
        facts.tls().ifPresent(tls -> words.add("(" + cleanWords(tls) + ")"));
        words.add("id " + clean(facts.id()));
        facts.onlyRecipient().ifPresent(path -> words.add("for " + forClause(path)));
        words.set(words.size() - 1, words.getLast() + ";");
        words.add(MailDate.format(facts.at()));
        return new HeaderField("Received", folded("Received:", words));
    }

    /// A Received field that names nobody before us, in place of those that were removed. It tells
    /// how many these were: a loop through an organisation that hides its hosts is still found.
    ///
    /// @param facts of which neither the client nor its name is told
    /// @param removed hops that it stands for, besides its own
    public static HeaderField received(Received facts, int removed) {
        var words = new ArrayList<String>();
        words.add("by " + clean(facts.by()));
        words.add("with " + clean(facts.protocol()));
        words.add("(" + removed + HIDDEN + ")");
        words.add("id " + clean(facts.id()));
        facts.onlyRecipient().ifPresent(path -> words.add("for " + forClause(path)));
        words.set(words.size() - 1, words.getLast() + ";");
        words.add(MailDate.format(facts.at()));
        return new HeaderField("Received", folded("Received:", words));
    }

    /// How many hops there were, those included that a Received field of ours stands for; too many
    /// are a loop (RFC 5321 §6.3).
    public static int hops(HeaderFields header) {
        int hops = 0;
        for (var field : header.all("Received")) {
            hops++;
            var hidden = HIDDEN_HOPS.matcher(field.rawBody());
            if (hidden.find()) {
                hops += Integer.parseInt(hidden.group(1));
            }
        }
        return hops;
    }

    private static String address(InetAddress client) {
        var text = client.getHostAddress();
        int zone = text.indexOf('%');
        var plain = zone < 0 ? text : text.substring(0, zone);
        return client instanceof Inet6Address ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }

    /// Beyond ASCII a path goes out as it is: only SMTPUTF8 brought it here (RFC 6531 §3.7.3). The
    /// field holds octets, so as UTF-8.
    private static String forClause(ForwardPath path) {
        return HeaderText.octets(path.toString());
    }

    /// Letters, digits and what names and literals are made of; all else becomes `?`, so that no
    /// comment, fold or field can be opened.
    private static String clean(String text) {
        var kept = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_NAME); i++) {
            char c = text.charAt(i);
            boolean good =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-._:[]+=/".indexOf(c) >= 0;
            kept.append(good ? c : '?');
        }
        return kept.isEmpty() ? "unknown" : kept.toString();
    }

    private static String cleanWords(String text) {
        var kept = new ArrayList<String>();
        for (var word : text.split(" ", -1)) {
            if (!word.isEmpty()) {
                kept.add(clean(word));
            }
        }
        return String.join(" ", kept);
    }

    private static String folded(String start, List<String> words) {
        var field = new StringBuilder(start);
        int lineStart = 0;
        boolean first = true;
        for (var word : words) {
            // The first word stays beside the name, however long.
            if (!first && field.length() - lineStart + 1 + word.length() > FOLD_AT) {
                field.append("\r\n");
                lineStart = field.length();
                field.append('\t');
            } else {
                field.append(' ');
            }
            field.append(word);
            first = false;
        }
        return field.append("\r\n").toString();
    }
}
