package io.postern.km.http;

import io.postern.km.secret.Secret;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The page on which invited people fetch their parcels: plain HTML forms, no script, nothing kept
/// by anybody, the token in no address. Whoever reads along on the way has PKCS #12 files without
/// their passphrase; put a proxy with TLS before it all the same. Any number of threads; never
/// throws for what is asked.
public final class EnrolPages {
    /// Where it is; what is below is not here.
    public static final String PATH = "/enrol";

    private static final int LONGEST_FORM = 2_048;
    private static final int LONGEST_VALUE = 400;

    private final Enrolment enrolment;
    private final Tries tries;

    /// Ready to answer.
    public EnrolPages(Enrolment enrolment, InstantSource clock) {
        this.enrolment = enrolment;
        tries = new Tries(clock);
    }

    /// The answer.
    ///
    /// @param client who asks, for the limit of wrong tries: behind a proxy the proxy, for no
    ///   `Forwarded` field is read; so a right token is never shut out
    /// @param content of a POST; else empty
    public Page answer(Asked asked, byte[] content, InetAddress client) {
        return switch (asked.method()) {
            case "GET" -> EnrolHtml.page(200, EnrolHtml.FORM);
            case "HEAD" -> EnrolHtml.page(200, EnrolHtml.FORM).head();
            case "POST" -> post(content, client);
            default -> Page.error(405, "use GET or POST").with("Allow", "GET, HEAD, POST");
        };
    }

    private Page post(byte[] content, InetAddress client) {
        var form = form(content).orElse(Map.of());
        var token = form.getOrDefault("token", "");
        var how =
                form.getOrDefault("form", "").equals("compatible")
                        ? Enrolment.Form.COMPATIBLE
                        : Enrolment.Form.MODERN;
        Enrolment.Answer answer;
        if (form.containsKey("done")) {
            answer = enrolment.done(token);
        } else if (form.containsKey("file")) {
            answer = enrolment.fetch(token, how, index(form.getOrDefault("file", "")));
        } else {
            answer = enrolment.look(token);
        }
        return switch (answer) {
            case Enrolment.Answer.Parcel(var address, var names) ->
                    EnrolHtml.page(200, EnrolHtml.parcel(address, names, token, how));
            case Enrolment.Answer.File(var name, var file) -> download(name, file);
            case Enrolment.Answer.Gone _ -> EnrolHtml.page(200, EnrolHtml.GONE);
            case Enrolment.Answer.Later _ ->
                    EnrolHtml.page(503, EnrolHtml.LATER).with("Retry-After", "10");
            case Enrolment.Answer.None _ -> none(client);
        };
    }

    private Page none(InetAddress client) {
        if (!tries.allowed(client)) {
            return EnrolHtml.page(429, EnrolHtml.TOO_MANY)
                    .with("Retry-After", Long.toString(Tries.WINDOW.toSeconds()));
        }
        tries.wrong(client);
        return EnrolHtml.page(403, EnrolHtml.NONE);
    }

    private static int index(String text) {
        return text.matches("[0-9]") ? text.charAt(0) - '0' : -1;
    }

    private static Page download(String name, Secret file) {
        try (file) {
            // RFC 6266 §4.3, RFC 8187: a name of ASCII for those who read no other.
            var plain = name.replaceAll("[^A-Za-z0-9@._+-]", "_");
            return EnrolHtml.guarded(Page.of(200, "application/x-pkcs12", file.copy()))
                    .with("Content-Disposition", "attachment; filename=\"" + plain + "\"");
        }
    }

    /// `application/x-www-form-urlencoded`, each name once.
    private static Optional<Map<String, String>> form(byte[] content) {
        if (content.length > LONGEST_FORM) {
            return Optional.empty();
        }
        var values = new HashMap<String, String>();
        var text = new String(content, StandardCharsets.ISO_8859_1);
        for (int at = 0; at <= text.length(); ) {
            int and = text.indexOf('&', at);
            int end = and < 0 ? text.length() : and;
            var pair = text.substring(at, end);
            int equals = pair.indexOf('=');
            if (equals > 0) {
                var value =
                        Percent.decode(
                                pair.substring(equals + 1).replace("+", "%20"), LONGEST_VALUE);
                if (value.isEmpty() || values.put(pair.substring(0, equals), value.get()) != null) {
                    return Optional.empty();
                }
            }
            at = end + 1;
        }
        return Optional.of(values);
    }
}
