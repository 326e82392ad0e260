package io.postern.auth.dkim;

import io.postern.auth.dkim.DkimVerifier.VerifyRun;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One message being verified: the signatures are read first, the body is hashed as each asks, then
/// keys are looked up and each signature gets its result.
final class MessageVerification implements VerifyRun {
    private final KeyLookup keys;
    private final SignedHeader header;
    private final List<SignatureVerification> verifications = new ArrayList<>();
    private final BodyHasher hasher;

    MessageVerification(
            KeyLookup keys,
            DkimPolicy policy,
            SignatureFactory signatures,
            HeaderFields fields,
            Instant now) {
        this.keys = keys;
        header = new SignedHeader(fields);
        for (var field : fields.all(SignatureWriter.NAME)) {
            var verification = new SignatureVerification(field, Dialect.DKIM, policy, signatures);
            if (verifications.size() < policy.maxSignatures()) {
                verification.read(now);
            } else {
                verification.refuse(
                        new DkimResult.Policy(
                                "more than " + policy.maxSignatures() + " signatures"));
            }
            verifications.add(verification);
        }
        hasher =
                new BodyHasher(
                        verifications.stream()
                                .flatMap(verification -> verification.bodyHashRequest().stream())
                                .toList());
    }

    @Override
    public void body(byte[] octets, int offset, int length) {
        hasher.update(octets, offset, length);
    }

    @Override
    public Set<String> keyNames() {
        var names = new LinkedHashSet<String>();
        verifications.forEach(verification -> verification.keyName().ifPresent(names::add));
        return names;
    }

    @Override
    public List<SignatureResult> finish() {
        Map<BodyHash.Request, BodyHash> hashes = new HashMap<>();
        for (var hash : hasher.finish()) {
            hashes.put(hash.request(), hash);
        }
        return verifications.stream()
                .map(verification -> verification.finish(hashes, header, keys))
                .toList();
    }
}
