package io.postern.km.http;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// The words and looks of the enrolment page.
final class EnrolHtml {
    private static final String STYLE =
            """
            body{font:17px/1.5 system-ui,sans-serif;margin:0;background:#f3f4f6;color:#1c2733}
            main{max-width:36rem;margin:3rem auto;background:#fff;padding:2rem;border-radius:.6rem;box-shadow:0 1px 4px #0003}
            h1{font-size:1.4rem;margin-top:0}
            label{display:block;margin:1rem 0 .3rem;font-weight:600}
            input[type=text],input[type=password]{width:100%;box-sizing:border-box;font:16px ui-monospace,monospace;padding:.6rem;border:1px solid #8a96a3;border-radius:.3rem}
            .choice{font-weight:400;margin:.3rem 0}
            button{font:inherit;padding:.6rem 1.1rem;margin:.4rem .4rem .4rem 0;border:0;border-radius:.3rem;background:#0b5cab;color:#fff;cursor:pointer}
            button.second{background:#44525f}
            form{margin:0}
            .note{color:#44525f;font-size:.95rem}
            """;

    static final String FORM =
            """
            <h1>Fetch your certificate</h1>
            <form method="post" action="enrol" autocomplete="off">
            <label for="token">The token that you were sent</label>
            <input id="token" name="token" type="text" required maxlength="120" spellcheck="false" autocapitalize="characters">
            <label>For</label>
            <label class="choice"><input type="radio" name="form" value="modern" checked> today&rsquo;s programs (Thunderbird, Outlook and Windows 10 and later, macOS 15 and later)</label>
            <label class="choice"><input type="radio" name="form" value="compatible"> GnuPG, and older Windows and macOS</label>
            <p><button>Continue</button></p>
            </form>
            <p class="note">The files are protected by a passphrase, which reaches you by another way.</p>
            """;

    static final String NONE =
            """
            <h1>That token opens nothing</h1>
            <p>It is mistyped, was used, or its time is over.</p>
            <p><a href="enrol">Type it again</a>, or ask who sent it for another.</p>
            """;

    static final String LATER =
            """
            <h1>In a moment</h1>
            <p>Somebody is at work on the certificates. Nothing is lost: go back and try again in some seconds.</p>
            """;

    static final String TOO_MANY =
            """
            <h1>Too many wrong tokens</h1>
            <p>Try again in a quarter of an hour.</p>
            """;

    static final String GONE =
            """
            <h1>Done</h1>
            <p>Your keys are with you alone now. Open the files with the passphrase that you were given, then delete them.</p>
            """;

    private static final String CSP =
            "default-src 'none'; style-src 'sha256-"
                    + hash(STYLE)
                    + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private EnrolHtml() {}

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static Page page(int status, String body) {
        var html =
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                        + " content=\"width=device-width,initial-scale=1\"><title>Fetch your certificate</title><style>"
                        + STYLE
                        + "</style></head><body><main>\n"
                        + body
                        + "</main></body></html>\n";
        return guarded(
                Page.of(status, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8)));
    }

    static Page guarded(Page page) {
        return page.with("Cache-Control", "no-store")
                .with("Content-Security-Policy", CSP)
                .with("Referrer-Policy", "no-referrer")
                .with("X-Frame-Options", "DENY")
                .with("Cross-Origin-Opener-Policy", "same-origin")
                .with("Cross-Origin-Resource-Policy", "same-origin");
    }

    static String parcel(String address, List<String> names, String token, Enrolment.Form form) {
        var html = new StringBuilder("<h1>For ").append(escaped(address)).append("</h1>\n");
        for (int i = 0; i < names.size(); i++) {
            html.append(form(token, form, "file", Integer.toString(i)))
                    .append("<button>Download ")
                    .append(escaped(what(names.get(i))))
                    .append("</button></form>\n");
        }
        return html.append(
                        "<p>Open each file with the passphrase that you got by another way. When all of them work:</p>\n")
                .append(form(token, form, "done", "1"))
                .append("<button class=\"second\">I have them</button></form>\n")
                .append(
                        "<p class=\"note\">This deletes them here for good. Otherwise they can be downloaded for 24 hours.</p>\n")
                .toString();
    }

    private static String what(String name) {
        if (name.contains("-sign-")) {
            return "the key that signs";
        }
        return name.contains("-encrypt-") ? "the key that decrypts" : "the key";
    }

    private static String form(String token, Enrolment.Form form, String name, String value) {
        return "<form method=\"post\" action=\"enrol\">"
                + hidden("token", token)
                + hidden("form", form.name().toLowerCase(Locale.ROOT))
                + hidden(name, value);
    }

    private static String hidden(String name, String value) {
        return "<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(name, escaped(value));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
