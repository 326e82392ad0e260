package io.postern.gateway.seen;

import static java.util.Objects.requireNonNull;

import io.postern.auth.arc.ArcResult;
import io.postern.auth.arc.ArcSet;
import io.postern.auth.arc.ArcVerdict;
import io.postern.auth.arc.ChainStatus;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.authres.AuthenticationResults.Property;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is kept of ARC's result. All that replay knows of the types of ARC is here.
///
/// @param word of the verdict
/// @param sealers oldest first
/// @param newest the body of the newest set's Authentication-Results, words of methods and author
///   domains alone
public record SeenArc(String word, List<String> sealers, Optional<String> newest) {
    private static final int METHODS = 20;

    /// RFC 1035 §2.3.4, as text.
    private static final int LONGEST_NAME = 253;

    /// In place of what no check looks at.
    private static final String NOT_KEPT = "kept";

    public SeenArc {
        requireNonNull(word);
        sealers = List.copyOf(sealers);
    }

    static SeenArc of(ArcResult arc) {
        return new SeenArc(
                arc.verdict().word(),
                arc.sets().stream().map(set -> set.sealer().name()).toList(),
                arc.sets().isEmpty()
                        ? Optional.empty()
                        : arc.sets().getLast().results().map(SeenArc::text));
    }

    /// A stranger's field may be as long as he likes; what decides is which method came to what.
    private static String text(AuthenticationResults results) {
        var methods =
                results.results().stream()
                        .limit(METHODS)
                        .map(one ->
                                new MethodResult(
                                        one.method(),
                                        one.result(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        one.properties().stream()
                                                .filter(SeenArc::isAuthor)
                                                .limit(1)
                                                .toList()))
                        .toList();
        return new AuthenticationResults(NOT_KEPT, methods).field().rawBody();
    }

    /// Whose mail passed DMARC.
    private static boolean isAuthor(Property property) {
        return property.type().equals("header")
                && property.name().equals("from")
                && property.value().length() <= LONGEST_NAME;
    }

    ArcResult result() {
        var sets = new ArrayList<ArcSet>();
        for (int i = 0; i < sealers.size(); i++) {
            boolean last = i == sealers.size() - 1;
            var results = last ? newest.flatMap(SeenArc::results) : NONE;
            sets.add(
                    new ArcSet(
                            i + 1,
                            Domain.of(sealers.get(i)),
                            NOT_KEPT,
                            ChainStatus.PASS,
                            Optional.empty(),
                            Optional.empty(),
                            results));
        }
        return new ArcResult(verdict(), List.copyOf(sets), List.of());
    }

    private static final Optional<AuthenticationResults> NONE = Optional.empty();

    private static Optional<AuthenticationResults> results(String text) {
        return AuthenticationResults.parse(text)
                        instanceof AuthenticationResults.Parsed.Ok(var results)
                ? Optional.of(results)
                : NONE;
    }

    private ArcVerdict verdict() {
        return switch (word) {
            case "pass" -> new ArcVerdict.Pass();
            case "fail" -> new ArcVerdict.Fail("as it was found then");
            case "temperror" -> new ArcVerdict.TempError("as it was found then");
            default -> new ArcVerdict.None();
        };
    }
}
