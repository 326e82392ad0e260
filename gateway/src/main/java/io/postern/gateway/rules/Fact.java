package io.postern.gateway.rules;

import io.postern.gateway.policy.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a condition may look at: its name there, its form, the stages at which it is known. The
/// table in docs/rules.md is made from this.
enum Fact {
    CLIENT_IP(
            "client.ip",
            Form.TEXT,
            Known.ALWAYS,
            "The client's address in digits; `client.ip.within(\"192.0.2.0/24\")` asks for a network."),
    CLIENT_NAME(
            "client.name",
            Form.TEXT,
            Known.ALWAYS,
            "The client's name by reverse look-up, if it has the client's address in turn; else \"\", also when the DNS "
                    + "does not answer, and for hosts inside (role `outbound`). Costs a DNS query a session."),
    LISTENER_NAME(
            "listener.name", Form.TEXT, Known.ALWAYS, "The listener's name, such as `inbound-25`."),
    LISTENER_ROLE(
            "listener.role", Form.TEXT, Known.ALWAYS, "The listener's role, such as `inbound`."),
    COUNTS_MESSAGES(
            "counts.messages", Form.NUMBER, Known.ALWAYS, "Messages taken in this session so far."),
    COUNTS_RECIPIENTS(
            "counts.recipients",
            Form.NUMBER,
            Known.ALWAYS,
            "Recipients accepted in this session so far."),
    COUNTS_REFUSED_RECIPIENTS(
            "counts.refused_recipients",
            Form.NUMBER,
            Known.ALWAYS,
            "Recipients refused in this session so far."),
    HELO("helo", Form.TEXT, Known.FROM_HELO, "The argument of HELO or EHLO as given."),
    TLS_PRESENT("tls.present", Form.FLAG, Known.FROM_HELO, "Whether the session is encrypted."),
    TLS_VERSION("tls.version", Form.TEXT, Known.FROM_HELO, "Such as `TLSv1.3`; \"\" in clear."),
    TLS_CIPHER(
            "tls.cipher",
            Form.TEXT,
            Known.FROM_HELO,
            "Such as `TLS_AES_256_GCM_SHA384`; \"\" in clear."),
    TLS_CLIENT_SUBJECT(
            "tls.client_subject",
            Form.TEXT,
            Known.FROM_HELO,
            "The distinguished name (RFC 4514) of the client's verified certificate; \"\" without one."),
    TLS_CLIENT_NAMES(
            "tls.client_names",
            Form.TEXTS,
            Known.FROM_HELO,
            "The DNS and e-mail names in that certificate, lower case."),
    AUTH_USER("auth.user", Form.TEXT, Known.FROM_MAIL, "Who authenticated; \"\" when nobody did."),
    AUTH_METHOD(
            "auth.method",
            Form.TEXT,
            Known.FROM_MAIL,
            "The SASL mechanism by which, such as `SCRAM-SHA-256-PLUS`, `PLAIN`, `EXTERNAL`; \"\" when nobody did."),
    REVERSE_PATH_ADDRESS(
            "reverse_path.address",
            Form.TEXT,
            Known.FROM_MAIL,
            "The address of MAIL FROM; \"\" when it is `<>`."),
    REVERSE_PATH_LOCAL(
            "reverse_path.local",
            Form.TEXT,
            Known.FROM_MAIL,
            "Its local part, without quotes, case as given."),
    REVERSE_PATH_DOMAIN(
            "reverse_path.domain",
            Form.TEXT,
            Known.FROM_MAIL,
            "Its domain, lower case, A-labels; `[192.0.2.1]` for an address literal."),
    REVERSE_PATH_IS_NULL(
            "reverse_path.is_null",
            Form.FLAG,
            Known.FROM_MAIL,
            "Whether it is `<>`, as reports have it. Such mail is not to be refused as such (RFC 2505 §2.6)."),
    FORWARD_PATH_ADDRESS(
            "forward_path.address",
            Form.TEXT,
            Known.AT_RCPT,
            "The address of this RCPT TO; `Postmaster` for that name without a domain."),
    FORWARD_PATH_LOCAL(
            "forward_path.local",
            Form.TEXT,
            Known.AT_RCPT,
            "Its local part, without quotes, case as given."),
    FORWARD_PATH_DOMAIN(
            "forward_path.domain",
            Form.TEXT,
            Known.AT_RCPT,
            "Its domain, as above; \"\" for `Postmaster`."),
    RECIPIENTS(
            "recipients",
            Form.TEXTS,
            Known.FROM_DATA,
            "The addresses of all recipients that were accepted."),
    SIZE(
            "size",
            Form.NUMBER,
            Known.AT_MAIL_AND_MESSAGE,
            "Octets: at mail those declared (0 when none were), at message those received."),
    SUBJECT(
            "subject",
            Form.TEXT,
            Known.AT_MESSAGE,
            "The first Subject field, decoded; \"\" when there is none."),
    AUTHOR_ADDRESS(
            "author.address",
            Form.TEXT,
            Known.AT_MESSAGE,
            "The address in the From field; \"\" when there is not one From field that can be read."),
    AUTHOR_DOMAIN(
            "author.domain",
            Form.TEXT,
            Known.AT_MESSAGE,
            "The author domain, lower case, A-labels; \"\" when there is not exactly one."),
    SPF_RESULT(
            "spf.result",
            Form.TEXT,
            Known.AT_MESSAGE,
            "SPF of MAIL FROM: `pass`, `fail`, `softfail`, `neutral`, `none`, `temperror`, `permerror`; \"\" where "
                    + "mail is not authenticated, as at listeners of our own hosts and users."),
    SPF_DOMAIN("spf.domain", Form.TEXT, Known.AT_MESSAGE, "The domain that SPF was asked about."),
    SPF_HELO("spf.helo", Form.TEXT, Known.AT_MESSAGE, "SPF of the HELO name, in the same words."),
    DKIM_RESULTS(
            "dkim.results",
            Form.TEXTS,
            Known.AT_MESSAGE,
            "One word for each signature, top first: `pass`, `fail`, `neutral`, `policy`, `temperror`, `permerror`."),
    DKIM_DOMAINS(
            "dkim.domains",
            Form.TEXTS,
            Known.AT_MESSAGE,
            "The signing domains whose signatures passed."),
    DMARC_RESULT(
            "dmarc.result",
            Form.TEXT,
            Known.AT_MESSAGE,
            "DMARC of the author domain: `pass`, `fail`, `none`, `temperror`, `permerror`; \"\" as above, and when "
                    + "there is not one author domain."),
    DMARC_POLICY(
            "dmarc.policy",
            Form.TEXT,
            Known.AT_MESSAGE,
            "What the author domain asks for: `none`, `quarantine`, `reject`; \"\" when it says nothing."),
    ARC_RESULT(
            "arc.result",
            Form.TEXT,
            Known.AT_MESSAGE,
            "The chain of seals: `none`, `pass`, `fail`, `temperror`; \"\" as above."),
    ARC_SEALERS(
            "arc.sealers",
            Form.TEXTS,
            Known.AT_MESSAGE,
            "The domains that sealed, oldest first; to be believed only if `arc.result` is `pass` and they are trusted."),
    AUTHOR_PROBLEMS(
            "author.problems",
            Form.TEXTS,
            Known.AT_MESSAGE,
            "Why the author is not plainly seen, in words: several From fields, another address in the display name, a "
                    + "domain that looks like one of ours; empty as above."),
    HEADER(
            "header",
            Form.FIELDS,
            Known.AT_MESSAGE,
            "All header fields: lower-case names, each with the list of its values, decoded and cut at 1000 "
                    + "characters. `header.first(\"x-mailer\")` is the first value, or \"\".");

    /// What kind of value a fact has, in the words of messages and of the manual.
    enum Form {
        TEXT("text"),
        NUMBER("number"),
        FLAG("true or false"),
        TEXTS("list of texts"),
        FIELDS("header fields");

        private final String words;

        Form(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /// When a fact is known.
    enum Known {
        ALWAYS("always"),
        FROM_HELO("from helo on"),
        FROM_MAIL("from mail on"),
        AT_RCPT("at rcpt"),
        FROM_DATA("from data on"),
        AT_MAIL_AND_MESSAGE("at mail and at message"),
        AT_MESSAGE("at message");

        private final String words;

        Known(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        boolean at(Stage stage) {
            return switch (this) {
                case ALWAYS -> true;
                case FROM_HELO -> stage.compareTo(Stage.HELO) >= 0;
                case FROM_MAIL -> stage.compareTo(Stage.MAIL) >= 0;
                case AT_RCPT -> stage == Stage.RCPT;
                case FROM_DATA -> stage.compareTo(Stage.DATA) >= 0;
                case AT_MAIL_AND_MESSAGE -> stage == Stage.MAIL || stage == Stage.MESSAGE;
                case AT_MESSAGE -> stage == Stage.MESSAGE;
            };
        }
    }

    private static final Map<String, Fact> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(Fact::word, Function.identity()));

    private final String word;
    private final Form form;
    private final Known known;
    private final String doc;

    Fact(String word, Form form, Known known, String doc) {
        this.word = word;
        this.form = form;
        this.known = known;
        this.doc = doc;
    }

    static Optional<Fact> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// The facts whose name begins with that word and a dot.
    static List<Fact> group(String word) {
        return Arrays.stream(values()).filter(fact -> fact.word.startsWith(word + ".")).toList();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Fact::word).toList();
    }

    /// As conditions write it.
    String word() {
        return word;
    }

    Form form() {
        return form;
    }

    Known known() {
        return known;
    }

    String doc() {
        return doc;
    }
}
