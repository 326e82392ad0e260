package io.postern.gateway.authentication;

import io.postern.auth.arc.ArcResult;
import io.postern.auth.arc.ArcVerifier;
import io.postern.auth.arc.ArcVerifier.ArcRun;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.DkimVerifier.VerifyRun;
import io.postern.auth.dkim.SignatureResult;
import io.postern.auth.dmarc.Discovery;
import io.postern.auth.dmarc.DmarcInput;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerifier;
import io.postern.auth.dmarc.SpfIdentityResult;
import io.postern.auth.dmarc.SpfIdentityResult.State;
import io.postern.auth.spf.SpfLimits;
import io.postern.auth.spf.SpfQuery;
import io.postern.auth.spf.SpfResult;
import io.postern.auth.spf.SpfVerdict;
import io.postern.auth.spf.SpfVerifier;
import io.postern.dns.Resolver;
import io.postern.mail.BodyTap;
import io.postern.mail.Domain;
import io.postern.mail.HeaderFields;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One message being authenticated: begun at MAIL, told of the header section and of the body as
/// they pass, asked for the results at the end. For the session's thread; what it looks up
/// meanwhile has threads of its own, which end by the deadline.
public final class Authenticating implements BodyTap {
    /// What it needs, made for this message.
    record Means(
            MessageResolver dns,
            Duration deadline,
            String receiver,
            DkimVerifier dkim,
            ArcVerifier arc,
            LookAlikes lookAlikes) {}

    /// Of both identities together. RFC 7208 §4.6.4 lets one ask more than a hundred; who needs
    /// more than this is not worth it, and DKIM and DMARC need at most fifty more, which must be
    /// left: a stranger could choose what is not found out.
    private static final int SPF_QUESTIONS = 45;

    /// SPF of both identities. RFC 7208 §2.3, §2.4.
    private record Spf(SpfResult helo, SpfResult mailFrom) {}

    private final Means means;
    private final SpfQuery query;
    private final Instant now;
    private final FutureTask<Spf> spf;
    private @Nullable AuthorView author;
    private @Nullable VerifyRun dkim;
    private @Nullable ArcRun arc;
    private @Nullable FutureTask<Discovery> dmarc;

    Authenticating(Means means, SpfQuery query, Instant now) {
        this.means = means;
        this.query = query;
        this.now = now;
        this.spf = begun("spf", this::spf);
    }

    private Spf spf(Resolver resolver) {
        var limited = new Limited(resolver, SPF_QUESTIONS);
        var verifier = new SpfVerifier(limited, SpfLimits.STANDARD, means.receiver());
        // First what DMARC depends on.
        var mailFrom = verifier.mailFrom(query, now);
        return new Spf(verifier.helo(query, now), mailFrom);
    }

    /// Done already, when all that the DNS has to say to it is kept; else on a thread beside.
    private <T> FutureTask<T> begun(String name, Function<Resolver, T> work) {
        var kept = new Kept(means.dns());
        var atOnce = new FutureTask<>(() -> work.apply(kept));
        atOnce.run();
        if (!kept.isMissing()) {
            return atOnce;
        }
        var task = new FutureTask<>(() -> work.apply(means.dns()));
        Thread.ofVirtual().name(name).start(task);
        return task;
    }

    /// The header section is there: keys and policy are looked up while the body comes.
    @Override
    public void header(HeaderFields header) {
        means.dns().extend(means.deadline());
        var view = AuthorView.of(header, means.lookAlikes());
        author = view;
        var signatures = means.dkim().start(header, now);
        dkim = signatures;
        var chain = means.arc().start(header, now);
        arc = chain;
        signatures.keyNames().forEach(means.dns()::prefetchTxt);
        chain.keyNames().forEach(means.dns()::prefetchTxt);
        view.domain()
                .ifPresent(domain -> {
                    boolean alone = isOnly(domain, signatures.keyNames());
                    dmarc = begun("dmarc", resolver -> discover(resolver, domain, alone));
                });
    }

    /// Whether all names that may speak for an author are the author's own.
    private boolean isOnly(Domain author, Set<String> keyNames) {
        return query.mailFrom().endsWith("@" + author)
                && keyNames.stream().allMatch(name -> name.endsWith("._domainkey." + author));
    }

    /// What is aligned depends on the author's organization as soon as there are other names. It is
    /// asked for now: at the end, who lets us wait for his names might have used up the time.
    private static Discovery discover(Resolver resolver, Domain author, boolean alone) {
        var verifier = new DmarcVerifier(resolver);
        var discovery = verifier.discover(author);
        if (!alone) {
            var _ = verifier.organizationalDomain(author);
        }
        return discovery;
    }

    @Override
    public void body(byte[] octets, int offset, int length) {
        if (dkim != null && arc != null) {
            dkim.body(octets, offset, length);
            arc.body(octets, offset, length);
        }
    }

    /// All octets have passed; waits for what is still being looked up, until the deadline. Called
    /// once, after [#header].
    public MessageResults finish() {
        if (author == null || dkim == null || arc == null) {
            throw new IllegalStateException("no header section has passed");
        }
        // A body may take longer than the deadline, and what is aligned or sealed is only asked
        // now.
        means.dns().extend(means.deadline());
        var signatures = dkim.finish();
        var path = result(spf);
        ArcResult chain = arc.finish();
        var policy = author.domain().map(domain -> dmarc(domain, signatures, path.mailFrom()));
        return new MessageResults(
                author,
                query,
                path.helo(),
                path.mailFrom(),
                signatures,
                chain,
                policy,
                Questions.words(means.dns().asked()));
    }

    /// The transaction is over; nothing more is looked up for it. Idempotent.
    public void abandon() {
        means.dns().close();
    }

    private DmarcResult dmarc(Domain domain, List<SignatureResult> signatures, SpfResult mailFrom) {
        var input = new DmarcInput(domain, signatures, spfIdentity(mailFrom));
        var verifier = new DmarcVerifier(means.dns());
        return dmarc == null ? verifier.evaluate(input) : verifier.evaluate(input, result(dmarc));
    }

    private static Optional<SpfIdentityResult> spfIdentity(SpfResult result) {
        return Domain.parse(result.domain())
                .map(domain ->
                        new SpfIdentityResult(
                                domain,
                                switch (result.verdict()) {
                                    case SpfVerdict.Pass _ -> State.PASS;
                                    case SpfVerdict.TempError _ -> State.TEMP_ERROR;
                                    case SpfVerdict.Fail _,
                                            SpfVerdict.SoftFail _,
                                            SpfVerdict.Neutral _,
                                            SpfVerdict.None _,
                                            SpfVerdict.PermError _ ->
                                            State.OTHER;
                                }));
    }

    /// Each task asks [MessageResolver], which has the deadline, so this ends.
    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("authentication threw", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
