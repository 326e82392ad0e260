package io.postern.auth.spf;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.util.Optional;

/// One check of one identity, from the domain to the result. RFC 7208 §4. Confined to one thread.
final class IdentityCheck {
    private final SpfLimits limits;
    private final Circumstances circumstances;
    private final Questions questions;
    private final ReverseNames reverseNames;
    private final MacroExpander macros;
    private final Evaluation evaluation;

    IdentityCheck(Resolver resolver, SpfLimits limits, Circumstances circumstances) {
        this.limits = limits;
        this.circumstances = circumstances;
        questions = new Questions(resolver);
        reverseNames = new ReverseNames(questions, circumstances.client(), limits.reverseNames());
        macros = new MacroExpander(circumstances, reverseNames);
        evaluation = new Evaluation(limits, circumstances, questions, reverseNames, macros);
    }

    SpfResult run(SpfIdentity identity) {
        var domain = circumstances.sender().domain();
        questions.note(
                identity.word()
                        + " identity "
                        + domain
                        + ", client "
                        + circumstances.client().readable());
        var outcome = evaluation.check(domain);
        var verdict = withoutGuess(outcome.verdict());
        Optional<String> explanation = Optional.empty();
        if (verdict instanceof SpfVerdict.Fail) {
            explanation = outcome.exp().flatMap(exp -> explanation(exp, outcome.domain()));
            verdict = new SpfVerdict.Fail(explanation.orElseGet(() -> ours(outcome)));
        }
        questions.note("result: " + verdict.word() + reason(verdict));
        return new SpfResult(
                verdict,
                identity,
                domain,
                outcome.term().map(Visible::of),
                explanation,
                questions.steps(),
                questions.asked());
    }

    /// §5.5 and §7.3 take a failed look-up of the reverse name for none. What then speaks against
    /// the client is not known to be so: a later try may tell.
    private SpfVerdict withoutGuess(SpfVerdict verdict) {
        boolean against =
                verdict instanceof SpfVerdict.Fail || verdict instanceof SpfVerdict.SoftFail;
        return against && reverseNames.failed()
                ? new SpfVerdict.TempError(
                        "the reverse name of the client could not be looked up, and without it the"
                                + " result is "
                                + verdict.word())
                : verdict;
    }

    /// §6.2: what the domain says of a fail. Any trouble on the way, and it says nothing.
    private Optional<String> explanation(MacroString exp, String domain) {
        var name = macros.name(exp, domain);
        if (name.isEmpty()) {
            questions.note("exp=" + Visible.of(exp.text()) + " gives no name: no explanation");
            return Optional.empty();
        }
        if (!(questions.txt(name.get()) instanceof Answer.Records<String>(var texts, _, _))
                || texts.size() != 1
                || texts.getFirst().length() > limits.recordLength()) {
            questions.note("no explanation: one TXT record is needed");
            return Optional.empty();
        }
        var explanation =
                switch (MacroString.explanation(texts.getFirst())) {
                    case Syntax.Ok<MacroString>(var text) ->
                            macros.explanation(text, domain, limits.explanationLength())
                                    .filter(expanded -> !expanded.isBlank());
                    case Syntax.Bad<MacroString> _ -> Optional.<String>empty();
                };
        if (explanation.isEmpty()) {
            questions.note("no explanation: it is too long, or not printable ASCII with macros");
        }
        return explanation;
    }

    private String ours(Outcome outcome) {
        return "%s is not permitted to send mail for %s"
                        .formatted(
                                circumstances.client().readable(), circumstances.sender().domain())
                + outcome.term().map(term -> " (" + Brief.of(term) + ")").orElse("");
    }

    private static String reason(SpfVerdict verdict) {
        return verdict.reason().map(why -> ", " + Visible.of(why)).orElse("");
    }

    /// What the records of a domain came to.
    ///
    /// @param term the term that decided, as written
    /// @param domain the domain whose record decided: after a redirect, that one
    /// @param exp the explanation of that record
    record Outcome(
            SpfVerdict verdict, Optional<String> term, String domain, Optional<MacroString> exp) {
        static Outcome of(SpfVerdict verdict, String domain) {
            return new Outcome(verdict, Optional.empty(), domain, Optional.empty());
        }
    }
}
