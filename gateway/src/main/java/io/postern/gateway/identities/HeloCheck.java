package io.postern.gateway.identities;

import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.gateway.config.AbuseConfig;
import io.postern.gateway.config.Config;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Looks at the name that a stranger gives in HELO or EHLO.
///
/// RFC 5321 §4.1.4: a server must not refuse mail because the name does not resolve. What this
/// checks beyond our own name is off unless an operator asks for it.
public final class HeloCheck implements Check {
    private final AbuseConfig.Strangers settings;
    private final Domain hostname;
    private final Resolver resolver;

    public HeloCheck(AbuseConfig.Strangers settings, Domain hostname, Resolver resolver) {
        this.settings = settings;
        this.hostname = hostname;
        this.resolver = resolver;
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.HELO || situation.listener().role() != Config.Role.INBOUND) {
            return Opinion.PASS;
        }
        var given = situation.session().heloName().orElse("");
        var name =
                Domain.parse(given.endsWith(".") ? given.substring(0, given.length() - 1) : given);
        if (settings.refuseOwnName() && name.filter(hostname::equals).isPresent()) {
            return refuse("helo-own-name", 550, "5.7.1", "that is my name, not yours", given);
        }
        return switch (settings.heloName()) {
            case ANYTHING -> Opinion.PASS;
            case QUALIFIED -> isQualified(given, name) ? Opinion.PASS : unqualified(given);
            case RESOLVES ->
                    isLiteral(given)
                            ? Opinion.PASS
                            : isQualified(given, name) && name.isPresent()
                                    ? resolved(name.get(), given)
                                    : unqualified(given);
        };
    }

    private static boolean isLiteral(String given) {
        return given.startsWith("[") && given.endsWith("]");
    }

    private static boolean isQualified(String given, Optional<Domain> name) {
        return isLiteral(given)
                || name.filter(domain -> domain.name().indexOf('.') > 0)
                        .filter(domain -> domain.name().chars().anyMatch(c -> c >= 'a'))
                        .isPresent();
    }

    private static Opinion unqualified(String given) {
        return refuse(
                "helo-name",
                550,
                "5.7.1",
                "say EHLO with your host's full name or [address]",
                given);
    }

    private Opinion resolved(Domain name, String given) {
        Optional<String> trouble = Optional.empty();
        for (var answer :
                java.util.List.<java.util.function.Supplier<Answer<?>>>of(
                        () -> resolver.a(name.name()),
                        () -> resolver.aaaa(name.name()),
                        () -> resolver.mx(name.name()))) {
            switch (answer.get()) {
                case Answer.Records<?> _ -> {
                    return Opinion.PASS;
                }
                case Answer.TemporaryFailure<?>(var why) -> trouble = Optional.of(why);
                case Answer.NoSuchName<?>(), Answer.NoData<?>() -> {}
            }
        }
        return trouble.isPresent()
                ? refuse("helo-name", 451, "4.4.3", "your EHLO name can't be looked up now", given)
                : refuse("helo-name", 550, "5.7.1", "your EHLO name is not in the DNS", given);
    }

    private static Opinion refuse(
            String rule, int code, String enhanced, String text, String given) {
        return new Opinion.Refuse(
                rule,
                Reply.of(code, enhanced, text),
                Duration.ZERO,
                false,
                new Decision("helo", text, Map.of("helo", given)));
    }
}
