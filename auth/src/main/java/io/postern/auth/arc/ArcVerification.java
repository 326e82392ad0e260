package io.postern.auth.arc;

import io.postern.auth.arc.ArcVerifier.ArcRun;
import io.postern.auth.dkim.BodyHash;
import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dkim.Dialect;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.KeyLookup;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SignaturePrimitive;
import io.postern.auth.dkim.SignatureVerification;
import io.postern.auth.dkim.SignedHeader;
import io.postern.dns.Resolver;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One chain being verified. RFC 8617 §5.2. Confined to one thread.
final class ArcVerification implements ArcRun {
    /// Octets of a set where all sets are there that are verified, some twice what it has: each
    /// seal covers its set and those before, which a stranger could make a hundred times that work.
    private static final long SET = 5 * 1024;

    private final DkimPolicy policy;
    private final HeaderFields header;
    private final KeyLookup keys;
    private final SignaturePrimitive primitive;
    private final List<String> steps = new ArrayList<>();
    private final List<Chain.Link> links;
    private final List<String> sets = new ArrayList<>();
    private final BodyHasher hasher;

    /// Present while nothing stands against the chain.
    private @Nullable SignatureVerification last;

    /// Present as soon as nothing more needs to be looked at.
    private @Nullable ArcVerdict settled;

    ArcVerification(
            Resolver resolver,
            DkimPolicy policy,
            SignatureFactory signatures,
            int maxSets,
            HeaderFields header,
            Instant now) {
        this.policy = policy;
        this.header = header;
        keys = new KeyLookup(resolver, policy.maxRsaBits());
        primitive = new SignaturePrimitive(signatures);
        links =
                switch (Chain.of(header)) {
                    case Chain.Absent() -> {
                        settled = new ArcVerdict.None();
                        yield List.of();
                    }
                    case Chain.Broken(var why, _, _) -> {
                        settled = new ArcVerdict.Fail(why);
                        yield List.of();
                    }
                    case Chain.Whole(var whole) -> whole;
                };
        if (settled == null) {
            var problem = problem(maxSets);
            if (problem.isPresent()) {
                settled = new ArcVerdict.Fail(problem.get());
            } else {
                // Step 4: only the last handler's signature is about the message as it came here.
                var signature =
                        new SignatureVerification(
                                links.getLast().signatureField(), Dialect.ARC, policy, signatures);
                signature.read(now);
                last = signature;
            }
        }
        var signature = last;
        hasher =
                new BodyHasher(
                        signature == null
                                ? List.of()
                                : signature.bodyHashRequest().stream().toList());
    }

    /// What needs no key to be seen, the cheapest first.
    private Optional<String> problem(int maxSets) {
        for (var link : links) {
            steps.add("set i=%d: %s".formatted(link.instance(), link.seal().words()));
        }
        // Step 2: a chain that failed once never passes again.
        if (links.getLast().seal().status() == ChainStatus.FAIL) {
            return Optional.of("cv=fail in the seal of " + links.getLast().seal().sealer());
        }
        // Step 3: none in the first, pass in all others.
        for (var link : links) {
            var want = link.instance() == 1 ? ChainStatus.NONE : ChainStatus.PASS;
            if (link.seal().status() != want) {
                return Optional.of(
                        "cv=%s in seal i=%d"
                                .formatted(link.seal().status().word(), link.instance()));
            }
        }
        if (links.size() > maxSets) {
            return Optional.of(
                    "a chain of %d sets, more than the %d that are verified"
                            .formatted(links.size(), maxSets));
        }
        long covered = 0;
        for (var link : links) {
            covered += (links.size() - link.instance() + 1) * link.octets();
        }
        long most = SET * maxSets * maxSets / 2;
        if (covered > most) {
            return Optional.of("its seals cover more than " + most + " octets");
        }
        return Optional.empty();
    }

    @Override
    public List<String> keyNames() {
        var signature = last;
        return signature == null
                ? List.of()
                : Stream.concat(
                                signature.keyName().stream(),
                                links.stream().map(link -> link.seal().keyQuery().dnsName()))
                        .distinct()
                        .toList();
    }

    @Override
    public void body(byte[] octets, int offset, int length) {
        hasher.update(octets, offset, length);
    }

    @Override
    public ArcResult finish() {
        var signature = last;
        var verdict =
                settled == null && signature != null
                        ? verify(signature)
                        : settled == null ? new ArcVerdict.Fail("not read") : settled;
        steps.add("result: " + verdict.word() + verdict.reason().map(why -> ", " + why).orElse(""));
        return new ArcResult(verdict, links.stream().map(Chain.Link::set).toList(), steps);
    }

    private ArcVerdict verify(SignatureVerification signature) {
        Map<BodyHash.Request, BodyHash> hashes = new HashMap<>();
        for (var hash : hasher.finish()) {
            hashes.put(hash.request(), hash);
        }
        var result = signature.finish(hashes, new SignedHeader(header), keys);
        steps.addAll(result.steps());
        var verdict = verdict("message signature i=" + links.size(), result.result());
        // Step 6: from the last seal to the first, until one does not verify.
        for (int i = links.size(); i > 0 && verdict instanceof ArcVerdict.Pass; i--) {
            verdict = verdict("seal i=" + i, verifySeal(i));
        }
        return verdict;
    }

    private static ArcVerdict verdict(String what, DkimResult result) {
        return switch (result) {
            case DkimResult.Pass() -> new ArcVerdict.Pass();
            case DkimResult.TempError(var why) -> new ArcVerdict.TempError(what + ": " + why);
            case DkimResult.Fail(var why) -> new ArcVerdict.Fail(what + ": " + why);
            case DkimResult.Neutral(var why) -> new ArcVerdict.Fail(what + ": " + why);
            case DkimResult.Policy(var why) -> new ArcVerdict.Fail(what + ": " + why);
            case DkimResult.PermError(var why) -> new ArcVerdict.Fail(what + ": " + why);
        };
    }

    private DkimResult verifySeal(int instance) {
        var link = links.get(instance - 1);
        var seal = link.seal();
        steps.add("seal i=" + instance + ": " + seal.words());
        if (seal.algorithm() == DkimAlgorithm.RSA_SHA1
                && policy.historic() == DkimPolicy.Historic.REFUSE) {
            // RFC 8301 §3.1, and RFC 8617 §4.1.3 has rsa-sha256 alone to begin with.
            return new DkimResult.PermError("rsa-sha1 is historic");
        }
        return switch (keys.find(seal.keyQuery(), steps)) {
            case KeyLookup.Found.Unusable(var result) -> result;
            case KeyLookup.Found.Key key when key.isTooShort(policy) ->
                    new DkimResult.Policy("RSA key of only " + key.bits() + " bits");
            case KeyLookup.Found.Key key ->
                    primitive.verify(
                            seal.algorithm(), key.key(), input(link), seal.signature(), steps);
        };
    }

    private byte[] input(Chain.Link link) {
        var input = new SealInput();
        sets().subList(0, link.instance() - 1).forEach(input::add);
        return input.octets(link.resultsField(), link.signatureField(), link.unsignedSeal());
    }

    /// Each set once, however many seals cover it.
    private List<String> sets() {
        if (sets.isEmpty()) {
            for (var link : links) {
                sets.add(
                        SealInput.set(
                                link.resultsField(), link.signatureField(), link.sealField()));
            }
        }
        return sets;
    }
}
