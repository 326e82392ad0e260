package io.postern.gateway.perimeter;

import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerdict;
import io.postern.auth.spf.SpfVerdict;
import io.postern.gateway.authentication.Authentication;
import io.postern.gateway.authentication.AuthorView;
import io.postern.gateway.authentication.LookAlikes;
import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.config.AuthenticationConfig;
import io.postern.gateway.config.AuthenticationConfig.OnFailure;
import io.postern.gateway.config.AuthenticationConfig.OnTrouble;
import io.postern.gateway.config.Config;
import io.postern.gateway.lists.AccessLists.Vouching;
import io.postern.gateway.policy.Check;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.mail.Domain;
import io.postern.smtp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Acts on what authentication found, at the end of the content: refuses, holds or tags by the
/// settings. Mail is never refused for having no signature: what is there is judged.
final class AuthenticationCheck implements Check {
    private final AuthenticationConfig settings;
    private final LookAlikes lookAlikes;
    private final Function<Situation, Vouching> vouching;

    /// @param vouching who speaks for the client
    AuthenticationCheck(Config config, Function<Situation, Vouching> vouching) {
        this.vouching = vouching;
        this.settings = config.authentication();
        this.lookAlikes =
                new LookAlikes(config.domain().stream().map(Config.OwnDomain::name).toList());
    }

    @Override
    public Opinion ask(Situation situation) {
        if (situation.stage() != Stage.MESSAGE
                || situation.listener().role() != Config.Role.INBOUND
                || situation.header().isEmpty()) {
            return Opinion.PASS;
        }
        return switch (vouching.apply(situation)) {
            case Vouching.ByList(var name) ->
                    note("not acted upon: let through by " + name, "access list");
            case Vouching.Nobody() -> several(opinions(situation));
            // Refusals for now: the list would have spared it all of them.
            case Vouching.Unknown() ->
                    several(
                            opinions(situation).stream()
                                    .map(opinion ->
                                            opinion instanceof Opinion.Refuse refuse
                                                    ? Opinion.forNow(refuse)
                                                    : opinion)
                                    .toList());
        };
    }

    private static Opinion several(List<Opinion> opinions) {
        return opinions.isEmpty() ? Opinion.PASS : new Opinion.Several(opinions);
    }

    private List<Opinion> opinions(Situation situation) {
        var opinions = new ArrayList<Opinion>();
        var author =
                situation
                        .results()
                        .map(MessageResults::author)
                        .orElseGet(
                                () -> AuthorView.of(situation.header().orElseThrow(), lookAlikes));
        author.ambiguous().ifPresent(why -> opinions.add(ambiguous(why)));
        situation.results().ifPresent(results -> judge(situation, results, opinions));
        if (!author.misleading().isEmpty()) {
            opinions.add(misleading(author.misleading()));
        }
        return opinions;
    }

    private void judge(Situation situation, MessageResults results, List<Opinion> opinions) {
        var dmarc = results.dmarc();
        if (dmarc.isPresent() && dmarc.get().verdict() instanceof DmarcVerdict.TempError(var why)) {
            opinions.add(trouble(situation, results, dmarc.get(), why));
        }
        if (dmarc.isPresent() && dmarc.get().verdict() instanceof DmarcVerdict.Fail) {
            opinions.add(failed(situation, results, dmarc.get()));
        }
        // While the DNS does not say whether DKIM speaks for the message, SPF alone must not
        // refuse.
        boolean failed =
                dmarc.map(DmarcResult::verdict)
                        .filter(verdict ->
                                verdict instanceof DmarcVerdict.Pass
                                        || verdict instanceof DmarcVerdict.TempError)
                        .isEmpty();
        if (failed && results.mailFrom().verdict() instanceof SpfVerdict.Fail) {
            opinions.add(spfFailed(situation, results));
        }
    }

    private Opinion ambiguous(String why) {
        return act(
                settings.ambiguousFrom(),
                "ambiguous-from",
                Reply.of(550, "5.7.1", "not one author that all readers would see: " + why),
                why);
    }

    private Opinion misleading(List<String> what) {
        var why = String.join("; ", what);
        return act(
                settings.misleadingFrom(),
                "misleading-from",
                Reply.of(550, "5.7.1", "the From field misleads its readers: " + why),
                why);
    }

    private Opinion spfFailed(Situation situation, MessageResults results) {
        var why = "SPF of " + results.mailFrom().domain() + " does not allow this client";
        var override = override(situation, results, results.author().domain());
        if (override.isPresent()) {
            return new Opinion.Note(
                    Opinion.decision("spf-fail", "not acted upon: " + override.get(), "why", why),
                    List.of());
        }
        var explanation = results.mailFrom().explanation().map(text -> ": " + text).orElse("");
        // RFC 7208 §8.4 gives the enhanced code (RFC 7372 §3.2).
        return act(
                settings.onSpfFail(),
                "spf-fail",
                Reply.of(550, "5.7.23", why + printable(explanation)),
                why);
    }

    private Opinion trouble(
            Situation situation, MessageResults results, DmarcResult dmarc, String why) {
        var text = "whether " + dmarc.author() + " sent this can't be told now: " + why;
        if (settings.onDnsTrouble() == OnTrouble.ACCEPT) {
            return note("accepted all the same, by on_dns_trouble", text);
        }
        // Who waits for an answer on which nothing depends waits in vain.
        var override = override(situation, results, Optional.of(dmarc.author()));
        if (override.isPresent()) {
            return note("accepted all the same: " + override.get(), text);
        }
        if (dmarc.effective().filter(policy -> action(policy) == OnFailure.ACCEPT).isPresent()) {
            return note("accepted all the same, as a failure would be", text);
        }
        return Opinion.refuse("dmarc-trouble", Reply.of(451, "4.7.5", text + ", try again later"));
    }

    private Opinion failed(Situation situation, MessageResults results, DmarcResult dmarc) {
        var why = "DMARC fails for " + dmarc.author() + ", which asks for " + word(dmarc);
        var override = override(situation, results, Optional.of(dmarc.author()));
        if (override.isPresent()) {
            return note("not acted upon: " + override.get(), why);
        }
        var action = action(effective(dmarc));
        if (action != OnFailure.ACCEPT
                && results.arc().verdict() instanceof ArcVerdict.TempError(var unknown)
                && sealer(results, dmarc.author()).isPresent()) {
            return trouble(situation, results, dmarc, "ARC: " + unknown);
        }
        var text =
                dmarc.author()
                        + " asks that mail in its name be "
                        + (effective(dmarc) == DmarcPolicy.REJECT ? "refused" : "quarantined")
                        + " when neither SPF nor DKIM shows that it sent it (DMARC): "
                        + reasons(results);
        return act(action, Authentication.DMARC, Reply.of(550, "5.7.1", text), why);
    }

    private OnFailure action(DmarcPolicy policy) {
        return switch (policy) {
            case REJECT -> settings.onReject();
            case QUARANTINE -> settings.onQuarantine();
            case NONE -> OnFailure.ACCEPT;
        };
    }

    private static DmarcPolicy effective(DmarcResult dmarc) {
        return dmarc.effective().orElse(DmarcPolicy.NONE);
    }

    private static String word(DmarcResult dmarc) {
        var asked = dmarc.requested().orElse(DmarcPolicy.NONE);
        return asked == effective(dmarc)
                ? asked.word()
                : asked.word() + " but is testing (t=y), so for " + effective(dmarc).word();
    }

    /// Why neither way passed, in a few words.
    private static String reasons(MessageResults results) {
        var spf =
                "SPF "
                        + results.mailFrom().verdict().word()
                        + (results.mailFrom().domain().isEmpty()
                                ? ""
                                : " for " + results.mailFrom().domain());
        if (results.dkim().isEmpty()) {
            return spf + ", no DKIM signature";
        }
        var first = results.dkim().getFirst();
        return spf
                + ", DKIM "
                + first.result().word()
                + first.signingDomain().map(domain -> " for " + domain).orElse("")
                + (results.dkim().size() > 1 ? " and more" : "");
    }

    /// Why a failure is not acted upon; empty when it is.
    private Optional<String> override(
            Situation situation, MessageResults results, Optional<Domain> author) {
        if (author.filter(this::exempt).isPresent()) {
            return Optional.of(author.get() + " is exempt");
        }
        var client = situation.session().client().getAddress();
        if (settings.forwarders().stream().anyMatch(network -> network.contains(client))) {
            return Optional.of("the client is a trusted forwarder");
        }
        return author.filter(_ -> results.arc().verdict() instanceof ArcVerdict.Pass)
                .flatMap(domain -> sealer(results, domain))
                .map(sealer -> "the trusted sealer " + sealer + " saw it pass (ARC)");
    }

    private boolean exempt(Domain author) {
        return settings.exempt().stream()
                .anyMatch(domain ->
                        author.equals(domain) || author.name().endsWith("." + domain.name()));
    }

    /// The trusted sealer of a chain who says that DMARC passed for this author where he got the
    /// message; whether the chain is whole is another question.
    private Optional<Domain> sealer(MessageResults results, Domain author) {
        var sets = results.arc().sets();
        if (sets.isEmpty()) {
            return Optional.empty();
        }
        var newest = sets.getLast();
        boolean passed =
                newest.results().stream()
                        .flatMap(field -> field.results().stream())
                        .anyMatch(one ->
                                one.method().equals("dmarc")
                                        && one.result().equals("pass")
                                        && isAbout(author, one));
        return passed && settings.trustedSealers().contains(newest.sealer())
                ? Optional.of(newest.sealer())
                : Optional.empty();
    }

    /// A result that names no author domain is about the message as it is: RFC 8601 demands none.
    private static boolean isAbout(Domain author, MethodResult result) {
        return result.properties().stream()
                .filter(one -> one.type().equals("header") && one.name().equals("from"))
                .allMatch(one -> Domain.parse(one.value()).filter(author::equals).isPresent());
    }

    private static Opinion act(OnFailure action, String rule, Reply reply, String why) {
        return switch (action) {
            case REFUSE -> Opinion.refuse(rule, reply, "why", why);
            case HOLD ->
                    new Opinion.Note(
                            Opinion.decision(rule, "held", "why", why),
                            List.of(new Opinion.Remark.Hold(rule)));
            case TAG ->
                    new Opinion.Note(
                            Opinion.decision(rule, "tagged", "why", why),
                            List.of(new Opinion.Remark.Tag(rule)));
            case ACCEPT ->
                    new Opinion.Note(Opinion.decision(rule, "accepted", "why", why), List.of());
        };
    }

    private static Opinion note(String conclusion, String why) {
        return new Opinion.Note(
                Opinion.decision(Authentication.DMARC, conclusion, "why", why), List.of());
    }

    /// What a stranger's DNS wrote, fit for a reply.
    private static String printable(String text) {
        var clean = new StringBuilder();
        text.chars().limit(200).forEach(c -> clean.append(c >= ' ' && c < 127 ? (char) c : '?'));
        return clean.toString();
    }
}
