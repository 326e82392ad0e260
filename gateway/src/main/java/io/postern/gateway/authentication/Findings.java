package io.postern.gateway.authentication;

import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.spf.SpfResult;
import io.postern.store.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What authentication came to, as entries of a message's decision record: one for each method,
/// with its steps.
public final class Findings {
    /// Steps of one method that are kept; a message with a hundred signatures must not have a
    /// record longer than itself.
    private static final int STEPS = 60;

    private static final int STEP_CHARACTERS = 600;

    private Findings() {}

    /// In the order in which people ask: who claims to have sent it, and what speaks for that.
    public static List<Decision> of(MessageResults results) {
        var all = new ArrayList<Decision>();
        all.add(author(results.author()));
        all.add(spf("spf-helo", results.helo()));
        all.add(spf("spf", results.mailFrom()));
        if (results.dkim().isEmpty()) {
            all.add(new Decision("dkim", "none: the message has no signature", Map.of()));
        }
        for (var signature : results.lookedAt()) {
            all.add(
                    finding(
                            "dkim",
                            signature.result().word()
                                    + signature
                                            .signingDomain()
                                            .map(domain -> " for " + domain.name())
                                            .orElse("")
                                    + signature.result().reason().map(why -> ": " + why).orElse(""),
                            signature.steps()));
        }
        if (results.notLookedAt() > 0) {
            all.add(
                    new Decision(
                            "dkim",
                            results.notLookedAt() + " signatures more, not looked at",
                            Map.of()));
        }
        if (!(results.arc().verdict() instanceof ArcVerdict.None)) {
            all.add(finding("arc", results.arc().verdict().word(), results.arc().steps()));
        }
        results.dmarc()
                .ifPresent(dmarc ->
                        all.add(
                                finding(
                                        "dmarc",
                                        dmarc.verdict().word() + " for " + dmarc.author().name(),
                                        dmarc.steps())));
        all.add(finding("dns", results.questions().size() + " questions", results.questions()));
        return all;
    }

    private static Decision author(AuthorView author) {
        var inputs = new LinkedHashMap<String, String>();
        author.mailbox().ifPresent(mailbox -> inputs.put("from", mailbox.toString()));
        for (int i = 0; i < author.misleading().size(); i++) {
            inputs.put("misleading " + (i + 1), author.misleading().get(i));
        }
        return new Decision(
                "author",
                author.ambiguous()
                        .map(why -> "ambiguous: " + why)
                        .orElse(
                                author.misleading().isEmpty()
                                        ? "one author, plainly shown"
                                        : "one author, misleadingly shown"),
                inputs);
    }

    private static Decision spf(String check, SpfResult result) {
        return finding(
                check,
                result.verdict().word()
                        + (result.domain().isEmpty() ? "" : " for " + result.domain())
                        + result.verdict().reason().map(why -> ": " + why).orElse(""),
                result.steps());
    }

    private static Decision finding(String check, String conclusion, List<String> steps) {
        var inputs = new LinkedHashMap<String, String>();
        int number = 0;
        for (var step : steps) {
            number++;
            if (number > STEPS) {
                inputs.put("…", (steps.size() - STEPS) + " more, not kept");
                break;
            }
            inputs.put("" + number, cut(step));
        }
        return new Decision(check, cut(conclusion), inputs);
    }

    private static String cut(String text) {
        return text.length() <= STEP_CHARACTERS ? text : text.substring(0, STEP_CHARACTERS) + "…";
    }
}
