package io.postern.auth.dmarc;

import io.postern.auth.dkim.DkimResult;
import io.postern.auth.dkim.SignatureResult;
import io.postern.dns.Resolver;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a message brought, put together by hand.
final class Messages {
    private final Domain author;
    private final List<SignatureResult> dkim = new ArrayList<>();
    private Optional<SpfIdentityResult> spf = Optional.empty();

    private Messages(String author) {
        this.author = Domain.of(author);
    }

    static Messages from(String author) {
        return new Messages(author);
    }

    Messages signed(String domain) {
        return signed(domain, new DkimResult.Pass());
    }

    Messages signed(String domain, DkimResult result) {
        dkim.add(
                new SignatureResult(
                        result,
                        Optional.of(Domain.of(domain)),
                        Optional.of("sel"),
                        Optional.of("@" + domain),
                        Optional.of("rsa-sha256"),
                        Optional.of("AAAA"),
                        OptionalInt.of(2048),
                        false,
                        List.of()));
        return this;
    }

    Messages spf(String domain, SpfIdentityResult.State state) {
        spf = Optional.of(new SpfIdentityResult(Domain.of(domain), state));
        return this;
    }

    DmarcInput input() {
        return new DmarcInput(author, dkim, spf);
    }

    DmarcResult evaluate(Resolver resolver) {
        return new DmarcVerifier(resolver).evaluate(input());
    }
}
