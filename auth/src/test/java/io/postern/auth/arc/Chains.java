package io.postern.auth.arc;

import io.postern.auth.arc.ArcSealer.Sealing;
import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.MethodResult;
import io.postern.auth.dkim.DkimAlgorithm;
import io.postern.auth.dkim.DkimPolicy;
import io.postern.auth.dkim.SampleMail;
import io.postern.auth.dkim.SignOptions;
import io.postern.auth.dkim.SignatureFactory;
import io.postern.auth.dkim.SigningKey;
import io.postern.auth.dkim.TestKeys;
import io.postern.auth.dkim.ZoneResolver;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Makes and verifies chains.
final class Chains {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private Chains() {}

    static ArcResult verify(SampleMail mail, Resolver resolver) {
        return verify(
                mail, new ArcVerifier(resolver, DkimPolicy.STANDARD, SignatureFactory.PLATFORM));
    }

    static ArcResult verify(SampleMail mail, ArcVerifier verifier) {
        var run = verifier.start(mail.header(), NOW);
        var octets = mail.bodyOctets();
        // Pieces of an odd size, so that line ends fall between them.
        for (int at = 0; at < octets.length; at += 61) {
            run.body(octets, at, Math.min(61, octets.length - at));
        }
        return run.finish();
    }

    static SampleMail mail() {
        return SampleMail.of(
                "From: joe@example.com\nTo: list@lists.example.net\nSubject: hello\n\nHello.\n");
    }

    /// The keys of all sealers, under each domain that they are used with.
    static ZoneResolver zone() {
        return new ZoneResolver()
                .txt("arc._domainkey.lists.example.net", TestKeys.record(TestKeys.RSA_2048))
                .txt("arc._domainkey.home.example.org", TestKeys.record(TestKeys.ED25519));
    }

    static SigningKey key(String domain) {
        boolean rsa = domain.startsWith("lists");
        return new SigningKey(
                Domain.of(domain),
                "arc",
                rsa ? DkimAlgorithm.RSA_SHA256 : DkimAlgorithm.ED25519_SHA256,
                rsa ? TestKeys.RSA_2048.getPrivate() : TestKeys.ED25519.getPrivate());
    }

    static AuthenticationResults results(String authservId) {
        return new AuthenticationResults(
                authservId,
                List.of(
                        new MethodResult(
                                "dmarc",
                                "pass",
                                Optional.empty(),
                                Optional.empty(),
                                List.of(
                                        new AuthenticationResults.Property(
                                                "header", "from", "example.com")))));
    }

    static Sealing seal(SampleMail mail, String domain, ArcVerdict verdict) {
        return new ArcSealer(SignatureFactory.PLATFORM)
                .seal(
                        mail.header(),
                        mail.hash(SignOptions.STANDARD),
                        verdict,
                        results("mx." + domain),
                        key(domain),
                        NOW);
    }

    /// The mail with one set more, whatever the chain is.
    static SampleMail sealed(SampleMail mail, String domain, ArcVerdict verdict) {
        return switch (seal(mail, domain, verdict)) {
            case Sealing.Sealed(var fields) -> mail.under(fields);
            case Sealing.NotSealed(var why) -> throw new AssertionError(why);
        };
    }

    /// A chain of so many sets, by two sealers in turn.
    static SampleMail chain(int sets) {
        var mail = mail();
        for (int i = 0; i < sets; i++) {
            mail =
                    sealed(
                            mail,
                            i % 2 == 0 ? "lists.example.net" : "home.example.org",
                            i == 0 ? new ArcVerdict.None() : new ArcVerdict.Pass());
        }
        return mail;
    }
}
