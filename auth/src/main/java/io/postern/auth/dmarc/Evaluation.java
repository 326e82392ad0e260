package io.postern.auth.dmarc;

import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.AlignmentCheck.Aligned;
import io.postern.auth.dmarc.Discovery.Outcome;
import io.postern.auth.dmarc.DmarcResult.AlignedSignature;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One message being evaluated. RFC 9989 §5.3.3 to §5.3.5. Confined to one thread.
final class Evaluation {
    private final DmarcInput input;
    private final Discovery discovery;
    private final List<String> steps;
    private final AlignmentCheck check;

    /// Why something that might have made the message pass is not known.
    private final List<String> doubts = new ArrayList<>();

    Evaluation(Resolver resolver, DmarcInput input, Discovery discovery) {
        this.input = input;
        this.discovery = discovery;
        steps = new ArrayList<>(discovery.steps());
        check = new AlignmentCheck(resolver, discovery, steps);
    }

    DmarcResult evaluate() {
        return switch (discovery.outcome()) {
            case Outcome.NotApplied(var why) -> without(new DmarcVerdict.None(why));
            case Outcome.Unreadable(var why) -> without(new DmarcVerdict.PermError(why));
            case Outcome.Failed(var why) -> without(new DmarcVerdict.TempError(why));
            case Outcome.Applies applies -> evaluate(applies);
        };
    }

    private DmarcResult without(DmarcVerdict verdict) {
        addVerdict(verdict);
        return new DmarcResult(
                verdict,
                input.author(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                steps);
    }

    private DmarcResult evaluate(Outcome.Applies applies) {
        var record = applies.record();
        var dkim = alignedSignatures(record.adkim());
        var spf = alignedSpf(record.aspf());
        boolean passed = !dkim.isEmpty() || spf.isPresent();
        if (!passed) {
            addTemporary(record);
            applies.doubt().ifPresent(doubts::add);
        }
        // §5.3.6: what was not answered is neither pass nor fail, unless something else passed.
        DmarcVerdict verdict =
                passed
                        ? new DmarcVerdict.Pass()
                        : doubts.isEmpty()
                                ? new DmarcVerdict.Fail()
                                : new DmarcVerdict.TempError(doubts.getFirst());
        var requested = applies.requested();
        var effective = record.testing() ? requested.lower() : requested;
        if (effective != requested) {
            steps.add("t=y: %s instead of %s".formatted(effective.word(), requested.word()));
        }
        addVerdict(verdict);
        return new DmarcResult(
                verdict,
                input.author(),
                Optional.of(applies.policyDomain()),
                check.organizationalDomain(),
                Optional.of(record),
                Optional.of(requested),
                // Whether it is np= or another is not known, and so not what is to be applied.
                Optional.of(effective).filter(_ -> passed || applies.doubt().isEmpty()),
                dkim,
                spf,
                steps);
    }

    private void addVerdict(DmarcVerdict verdict) {
        steps.add("result: " + verdict.word() + verdict.reason().map(why -> ", " + why).orElse(""));
    }

    private List<AlignedSignature> alignedSignatures(Alignment mode) {
        var passing = input.dkim().stream().filter(SignatureResult::passed).toList();
        // Each domain once, those nearest to the top first: they need the fewest questions, and it
        // is they that are aligned in honest mail.
        var domains =
                passing.stream()
                        .flatMap(result -> result.signingDomain().stream())
                        .distinct()
                        .sorted(Comparator.comparingInt(TreeNames::labels))
                        .toList();
        Set<Domain> aligned = new LinkedHashSet<>();
        for (var domain : domains) {
            if (isAligned("DKIM d=", domain, mode)) {
                aligned.add(domain);
            }
        }
        return passing.stream()
                .filter(result -> result.signingDomain().filter(aligned::contains).isPresent())
                .map(result ->
                        new AlignedSignature(
                                result.signingDomain().orElseThrow(), result.selector().orElse("")))
                .toList();
    }

    private Optional<Domain> alignedSpf(Alignment mode) {
        return input.spf()
                .filter(spf -> spf.state() == SpfIdentityResult.State.PASS)
                .map(SpfIdentityResult::domain)
                .filter(domain -> isAligned("SPF ", domain, mode));
    }

    private boolean isAligned(String what, Domain domain, Alignment mode) {
        return switch (check.check(domain, mode)) {
            case Aligned.Yes() -> {
                steps.add(what + domain + ": aligned, " + word(mode));
                yield true;
            }
            case Aligned.No() -> {
                steps.add(what + domain + ": not aligned, " + word(mode));
                yield false;
            }
            case Aligned.Unknown(var why) -> {
                steps.add(what + domain + ": not known whether aligned");
                doubts.add(why);
                yield false;
            }
        };
    }

    private static String word(Alignment mode) {
        return switch (mode) {
            case RELAXED -> "relaxed";
            case STRICT -> "strict";
        };
    }

    /// Identifiers that are not known now and would have counted.
    private void addTemporary(DmarcRecord record) {
        for (var result : input.dkim()) {
            if (result.result() instanceof DkimResult.TempError(var why)
                    && result.signingDomain()
                            .filter(domain -> check.mayAlign(domain, record.adkim()))
                            .isPresent()) {
                doubts.add("DKIM: " + why);
            }
        }
        input.spf()
                .filter(spf -> spf.state() == SpfIdentityResult.State.TEMP_ERROR)
                .filter(spf -> check.mayAlign(spf.domain(), record.aspf()))
                .ifPresent(spf -> doubts.add("SPF of " + spf.domain() + " is not known now"));
    }
}
