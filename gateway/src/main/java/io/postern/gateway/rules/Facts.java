package io.postern.gateway.rules;

import dev.cel.runtime.CelVariableResolver;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.policy.Situation;
import io.postern.mail.AuthorDomain;
import io.postern.mail.Domain;
import io.postern.mail.EncodedWords;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.ClientCertificate;
import io.postern.smtp.server.SessionFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The facts of one situation, each made when a rule first asks for it. For one thread.
final class Facts implements CelVariableResolver {
    /// Characters of a header value that conditions see.
    static final int LONGEST_VALUE = 1000;

    /// Told what a condition asks for, where not all facts are there.
    interface Gaps {
        Gaps NONE =
                new Gaps() {
                    @Override
                    public void asked(Fact fact) {}

                    @Override
                    public Map<String, List<String>> fields(Map<String, List<String>> all) {
                        return all;
                    }
                };

        void asked(Fact fact);

        /// The header fields, as conditions see them.
        Map<String, List<String>> fields(Map<String, List<String>> all);
    }

    private final Situation situation;
    private final Function<Situation, String> reverseName;
    private final Gaps gaps;
    private final Map<Fact, Object> made = new EnumMap<>(Fact.class);

    Facts(Situation situation, Function<Situation, String> reverseName) {
        this(situation, reverseName, Gaps.NONE);
    }

    Facts(Situation situation, Function<Situation, String> reverseName, Gaps gaps) {
        this.situation = situation;
        this.reverseName = reverseName;
        this.gaps = gaps;
    }

    Situation situation() {
        return situation;
    }

    @Override
    public Optional<Object> find(String name) {
        var fact = Fact.named(name);
        fact.ifPresent(gaps::asked);
        return fact.map(this::value);
    }

    Object value(Fact fact) {
        Object value = made.get(fact);
        if (value == null) {
            value = make(fact);
            made.put(fact, value);
        }
        return value;
    }

    private Object make(Fact fact) {
        return switch (fact) {
            case CLIENT_IP -> clientIp();
            case CLIENT_NAME -> clientName();
            case LISTENER_NAME -> listenerName();
            case LISTENER_ROLE -> listenerRole();
            case COUNTS_MESSAGES -> (long) situation.counts().messages();
            case COUNTS_RECIPIENTS -> (long) situation.counts().recipients();
            case COUNTS_REFUSED_RECIPIENTS -> (long) situation.counts().refusedRecipients();
            case HELO -> situation.session().heloName().orElse("");
            case TLS_PRESENT -> situation.session().tls().isPresent();
            case TLS_VERSION -> tls(0);
            case TLS_CIPHER -> tls(1);
            case TLS_CLIENT_SUBJECT ->
                    situation
                            .session()
                            .clientCertificate()
                            .map(ClientCertificate::subject)
                            .orElse("");
            case TLS_CLIENT_NAMES ->
                    situation
                            .session()
                            .clientCertificate()
                            .map(ClientCertificate::names)
                            .orElse(List.of());
            case AUTH_USER -> situation.session().user().orElse("");
            case AUTH_METHOD -> authMethod();
            case REVERSE_PATH_ADDRESS -> reversePath(Part.ADDRESS);
            case REVERSE_PATH_LOCAL -> reversePath(Part.LOCAL);
            case REVERSE_PATH_DOMAIN -> reversePath(Part.DOMAIN);
            case REVERSE_PATH_IS_NULL -> reversePathIsNull();
            case FORWARD_PATH_ADDRESS -> forwardPath(Part.ADDRESS);
            case FORWARD_PATH_LOCAL -> forwardPath(Part.LOCAL);
            case FORWARD_PATH_DOMAIN -> forwardPath(Part.DOMAIN);
            case RECIPIENTS -> recipients();
            case SIZE -> situation.size().orElse(0);
            case SUBJECT -> field("Subject");
            case AUTHOR_ADDRESS -> author(Part.ADDRESS);
            case AUTHOR_DOMAIN -> author(Part.DOMAIN);
            case SPF_RESULT -> result(one -> one.mailFrom().verdict().word());
            case SPF_DOMAIN -> result(one -> one.mailFrom().domain());
            case SPF_HELO -> result(one -> one.helo().verdict().word());
            case DKIM_RESULTS ->
                    results(one -> one.dkim().stream().map(it -> it.result().word()).toList());
            case DKIM_DOMAINS -> results(Facts::signers);
            case DMARC_RESULT ->
                    result(one -> one.dmarc().map(it -> it.verdict().word()).orElse(""));
            case DMARC_POLICY -> result(Facts::policy);
            case ARC_RESULT -> result(one -> one.arc().verdict().word());
            case ARC_SEALERS ->
                    results(one ->
                            one.arc().sets().stream().map(set -> set.sealer().name()).toList());
            case AUTHOR_PROBLEMS -> results(Facts::problems);
            case HEADER -> header();
        };
    }

    String clientIp() {
        return situation.client();
    }

    private String clientName() {
        return reverseName.apply(situation);
    }

    private String authMethod() {
        return situation
                .session()
                .authenticated()
                .map(SessionFacts.Authenticated::mechanism)
                .orElse("");
    }

    private String listenerName() {
        return situation.session().listener();
    }

    private String listenerRole() {
        return situation.listener().role().name().toLowerCase(Locale.ROOT);
    }

    /// @param part 0 for the protocol, 1 for the cipher suite
    private String tls(int part) {
        var words = situation.session().tls().orElse("").split(" ", 2);
        return part < words.length ? words[part] : "";
    }

    private boolean reversePathIsNull() {
        return situation
                .envelope()
                .filter(one -> one.reversePath() instanceof ReversePath.Of)
                .isEmpty();
    }

    /// Which part of an address.
    private enum Part {
        ADDRESS,
        LOCAL,
        DOMAIN;

        String of(Mailbox mailbox) {
            return switch (this) {
                case ADDRESS -> mailbox.toString();
                case LOCAL -> mailbox.localPart();
                case DOMAIN -> mailbox.host().toString();
            };
        }

        String of(ForwardPath path) {
            return switch (path) {
                case ForwardPath.Of(var mailbox) -> of(mailbox);
                // RFC 5321 §4.5.1: without a domain, in any case.
                case ForwardPath.Postmaster() -> this == DOMAIN ? "" : "Postmaster";
            };
        }
    }

    private String reversePath(Part part) {
        return situation.envelope().isPresent()
                        && situation.envelope().get().reversePath()
                                instanceof ReversePath.Of(var mailbox)
                ? part.of(mailbox)
                : "";
    }

    private String forwardPath(Part part) {
        return situation.recipient().map(one -> part.of(one.path())).orElse("");
    }

    private List<String> recipients() {
        return situation.envelope().stream()
                .flatMap(envelope -> envelope.recipients().stream())
                .map(one -> Part.ADDRESS.of(one.path()))
                .toList();
    }

    private String result(Function<MessageResults, String> of) {
        return situation.results().map(of).orElse("");
    }

    private List<String> results(Function<MessageResults, List<String>> of) {
        return situation.results().map(of).orElse(List.of());
    }

    private static List<String> signers(MessageResults results) {
        return results.dkim().stream()
                .filter(SignatureResult::passed)
                .flatMap(one -> one.signingDomain().stream())
                .map(Domain::name)
                .toList();
    }

    private static String policy(MessageResults results) {
        return results.dmarc().flatMap(DmarcResult::requested).map(DmarcPolicy::word).orElse("");
    }

    private static List<String> problems(MessageResults results) {
        var all = new ArrayList<String>();
        results.author().ambiguous().ifPresent(all::add);
        all.addAll(results.author().misleading());
        return all;
    }

    private HeaderFields fields() {
        return situation.header().orElse(HeaderFields.EMPTY);
    }

    private String field(String name) {
        return fields().first(name).map(Facts::text).orElse("");
    }

    private String author(Part part) {
        return AuthorDomain.of(fields()) instanceof AuthorDomain.One(_, var address)
                ? part.of(address)
                : "";
    }

    private Map<String, List<String>> header() {
        var header = new LinkedHashMap<String, List<String>>();
        for (var field : fields().fields()) {
            header.computeIfAbsent(field.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1))
                    .add(text(field));
        }
        return gaps.fields(header);
    }

    /// Unfolded, decoded, cut.
    private static String text(HeaderField field) {
        var raw = field.rawBody();
        // RFC 2047 §2: encoding makes a text four times as long at worst, and then some.
        var octets = raw.substring(0, Math.min(raw.length(), 8 * LONGEST_VALUE));
        var unfolded = octets.replace("\r\n", "").strip();
        boolean plain = unfolded.chars().allMatch(c -> c < 128);
        var text =
                EncodedWords.decode(
                        plain
                                ? unfolded
                                : new String(
                                        unfolded.getBytes(StandardCharsets.ISO_8859_1),
                                        StandardCharsets.UTF_8));
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE);
    }
}
