package io.postern.gateway.seen;

import static java.util.Objects.requireNonNull;

import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerdict;
import io.postern.auth.spf.SpfIdentity;
import io.postern.auth.spf.SpfQuery;
import io.postern.auth.spf.SpfResult;
import io.postern.auth.spf.SpfVerdict;
import io.postern.gateway.authentication.AuthorView;
import io.postern.gateway.authentication.MessageResults;
import io.postern.mail.Domain;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// What authentication came to, without its steps: what checks and rules look at.
///
/// @param dkim one for each signature, top first
/// @param dmarc empty when there was no one author domain to ask about
public record SeenResults(
        Spf helo, Spf mailFrom, List<Dkim> dkim, Optional<Dmarc> dmarc, SeenArc arc) {
    /// Characters of an explanation or reason: what a reply shows of it, and then some.
    private static final int TEXT = 240;

    /// One identity.
    ///
    /// @param word of the verdict
    /// @param why the verdict's reason
    public record Spf(
            String word, String domain, Optional<String> why, Optional<String> explanation) {
        public Spf {
            requireNonNull(word);
            requireNonNull(domain);
        }

        static Spf of(SpfResult result) {
            return new Spf(
                    result.verdict().word(),
                    result.domain(),
                    result.verdict().reason().map(SeenResults::cut),
                    result.explanation().map(SeenResults::cut));
        }

        SpfResult result(SpfIdentity identity) {
            return new SpfResult(
                    verdict(), identity, domain, Optional.empty(), explanation, List.of(), 0);
        }

        private SpfVerdict verdict() {
            var reason = why.orElse("");
            return switch (word) {
                case "pass" -> new SpfVerdict.Pass();
                case "fail" -> new SpfVerdict.Fail(reason);
                case "softfail" -> new SpfVerdict.SoftFail();
                case "neutral" -> new SpfVerdict.Neutral();
                case "temperror" -> new SpfVerdict.TempError(reason);
                case "permerror" -> new SpfVerdict.PermError(reason);
                default -> new SpfVerdict.None(reason);
            };
        }
    }

    /// One signature.
    public record Dkim(
            String word, Optional<String> why, Optional<String> domain, Optional<String> selector) {
        public Dkim {
            requireNonNull(word);
        }

        static Dkim of(SignatureResult result) {
            return new Dkim(
                    result.result().word(),
                    result.result().reason().map(SeenResults::cut),
                    result.signingDomain().map(Domain::name),
                    result.selector().map(SeenResults::cut));
        }

        SignatureResult result() {
            return new SignatureResult(
                    verdict(),
                    domain.flatMap(Domain::parse),
                    selector,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    false,
                    List.of());
        }

        private DkimResult verdict() {
            var reason = why.orElse("");
            return switch (word) {
                case "pass" -> new DkimResult.Pass();
                case "fail" -> new DkimResult.Fail(reason);
                case "policy" -> new DkimResult.Policy(reason);
                case "temperror" -> new DkimResult.TempError(reason);
                case "permerror" -> new DkimResult.PermError(reason);
                default -> new DkimResult.Neutral(reason);
            };
        }
    }

    /// DMARC of the author domain.
    public record Dmarc(
            String word,
            Optional<String> why,
            String author,
            Optional<String> policyDomain,
            Optional<String> requested,
            Optional<String> effective) {
        public Dmarc {
            requireNonNull(word);
            requireNonNull(author);
        }

        static Dmarc of(DmarcResult result) {
            return new Dmarc(
                    result.verdict().word(),
                    result.verdict().reason().map(SeenResults::cut),
                    result.author().name(),
                    result.policyDomain().map(Domain::name),
                    result.requested().map(DmarcPolicy::word),
                    result.effective().map(DmarcPolicy::word));
        }

        DmarcResult result() {
            return new DmarcResult(
                    verdict(),
                    Domain.of(author),
                    policyDomain.flatMap(Domain::parse),
                    Optional.empty(),
                    Optional.empty(),
                    requested.map(Dmarc::policy),
                    effective.map(Dmarc::policy),
                    List.of(),
                    Optional.empty(),
                    List.of());
        }

        private static DmarcPolicy policy(String word) {
            return DmarcPolicy.valueOf(word.toUpperCase(Locale.ROOT));
        }

        private DmarcVerdict verdict() {
            var reason = why.orElse("");
            return switch (word) {
                case "pass" -> new DmarcVerdict.Pass();
                case "fail" -> new DmarcVerdict.Fail();
                case "temperror" -> new DmarcVerdict.TempError(reason);
                case "permerror" -> new DmarcVerdict.PermError(reason);
                default -> new DmarcVerdict.None(reason);
            };
        }
    }

    public SeenResults {
        requireNonNull(helo);
        requireNonNull(mailFrom);
        requireNonNull(arc);
        dkim = List.copyOf(dkim);
    }

    static SeenResults of(MessageResults results) {
        return new SeenResults(
                Spf.of(results.helo()),
                Spf.of(results.mailFrom()),
                results.dkim().stream().map(Dkim::of).toList(),
                results.dmarc().map(Dmarc::of),
                SeenArc.of(results.arc()));
    }

    /// The results as far as they were kept, none of which depends on a configuration.
    ///
    /// @param author as the configuration sees it that is asked now
    /// @throws IllegalArgumentException when a domain in them is none
    public MessageResults results(AuthorView author, SpfQuery query) {
        return new MessageResults(
                author,
                query,
                helo.result(SpfIdentity.HELO),
                mailFrom.result(SpfIdentity.MAIL_FROM),
                dkim.stream().map(Dkim::result).toList(),
                arc.result(),
                dmarc.map(Dmarc::result),
                List.of());
    }

    private static String cut(String text) {
        return text.length() <= TEXT ? text : text.substring(0, TEXT);
    }
}
