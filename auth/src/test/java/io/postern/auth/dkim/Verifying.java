package io.postern.auth.dkim;

import io.postern.dns.Resolver;
import java.time.Instant;
import java.util.List;

/// Runs the verifier on a whole message.
final class Verifying {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private Verifying() {}

    static List<SignatureResult> verify(SampleMail mail, Resolver resolver, DkimPolicy policy) {
        var run = new DkimVerifier(resolver, policy).start(mail.header(), NOW);
        var octets = mail.bodyOctets();
        // Pieces of an odd size, so that line ends fall between them.
        for (int at = 0; at < octets.length; at += 61) {
            run.body(octets, at, Math.min(61, octets.length - at));
        }
        return run.finish();
    }

    /// The results as `pass`, `fail: reason` and so on.
    static List<String> words(List<SignatureResult> results) {
        return results.stream()
                .map(result ->
                        result.result().word()
                                + result.result().reason().map(r -> ": " + r).orElse(""))
                .toList();
    }
}
