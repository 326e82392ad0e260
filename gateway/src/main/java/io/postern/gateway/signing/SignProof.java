package io.postern.gateway.signing;

import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.DkimVerifier;
import io.postern.auth.dkim.KeyRecord;
import io.postern.auth.dkim.SignatureResult;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.DkimConfig;
import io.postern.gateway.lookups.Lookups;
import io.postern.keys.DkimKey;
import io.postern.keys.ReadySigningKey;
import io.postern.mail.Content;
import io.postern.mail.Domain;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Verifies what we have just signed, as a receiver would: with the key that the DNS has. For a
/// domain whose DNS is not looked at with the record that would be there, which shows a damaged key
/// pair. Safe for many threads.
final class SignProof {
    /// The client waits for its 250 meanwhile.
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Config config;
    private final Resolver resolver;
    private final Lookups lookups = new Lookups();

    SignProof(Config config, Resolver resolver) {
        this.config = config;
        this.resolver = resolver;
    }

    /// What came of it.
    sealed interface Proof {
        /// All signatures verify.
        ///
        /// @param looked with the keys in the DNS; otherwise with our own records
        record Passed(boolean looked) implements Proof {}

        /// One does not.
        ///
        /// @param why which, and what differs
        record Failed(String why) implements Proof {}

        /// The DNS can't be asked now.
        record Unknown(String why) implements Proof {}
    }

    /// Whether the DNS is looked at for that domain.
    boolean looks(Domain domain) {
        return config.own(domain)
                .map(own -> own.dkim().check() == DkimConfig.Check.ON)
                .orElse(true);
    }

    /// Verifies the topmost signatures.
    ///
    /// @param signed with one signature on top for each key, in their order
    /// @throws IOException when the content can't be read
    Proof of(Content signed, List<ReadySigningKey> with, Instant now) throws IOException {
        var keys = with.stream().map(ReadySigningKey::key).toList();
        // A key that was put to use without the DNS is not to be found there: then our own records
        // show at least that the halves of each key belong together.
        boolean looked =
                looks(keys.getFirst().domain()) && keys.stream().noneMatch(DkimKey::withoutDns);
        var dns =
                looked
                        ? new TxtResolver.Deadlined(resolver, lookups, DEADLINE)
                        : new TxtResolver.Own(keys);
        var run = new DkimVerifier(dns, DkimPolicy.STANDARD).start(signed.header(), now);
        keys.forEach(key -> dns.ahead(key.recordName()));
        var buffer = new byte[16 * 1024];
        try (var in = signed.openBody()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                run.body(buffer, 0, n);
            }
        }
        return proof(run.finish(), keys, dns, looked);
    }

    private static Proof proof(
            List<SignatureResult> results, List<DkimKey> keys, Resolver dns, boolean looked) {
        var wrong = new ArrayList<String>();
        var unknown = new ArrayList<String>();
        for (int i = 0; i < keys.size(); i++) {
            var key = keys.get(i);
            var result =
                    i < results.size()
                            ? results.get(i).result()
                            : new DkimResult.PermError("it is not in the message");
            var whose = key.selector() + " of " + key.domain().name();
            switch (result) {
                case DkimResult.Pass _ -> {}
                case DkimResult.TempError(var why) -> unknown.add(whose + ": " + why);
                case DkimResult.Fail _,
                        DkimResult.PermError _,
                        DkimResult.Neutral _,
                        DkimResult.Policy _ ->
                        wrong.add(
                                whose
                                        + " does not verify: "
                                        + (isAnother(key, dns)
                                                ? "the key at "
                                                        + key.recordName()
                                                        + " is another one"
                                                : result.reason().orElse(result.word())));
            }
        }
        if (!wrong.isEmpty()) {
            return new Proof.Failed(String.join("; ", wrong));
        }
        return unknown.isEmpty()
                ? new Proof.Passed(looked)
                : new Proof.Unknown(String.join("; ", unknown));
    }

    /// Whether the DNS has one key there, and it is not ours.
    private static boolean isAnother(DkimKey key, Resolver dns) {
        return dns.txt(key.recordName()) instanceof Answer.Records<String>(var texts, _, _)
                && texts.size() == 1
                && KeyRecord.parse(texts.getFirst()) instanceof KeyRecord.Parsed.Ok(var record)
                && !record.isRevoked()
                && !record.publicKey().equals(key.publicKey());
    }
}
