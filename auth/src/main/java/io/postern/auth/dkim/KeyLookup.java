package io.postern.auth.dkim;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the keys of one message's signatures in the DNS; each name is asked for once. RFC 6376
/// §3.6.2, §6.1.2. Confined to one thread.
final class KeyLookup {
    /// What was found under a name.
    sealed interface Found {
        /// A usable key.
        record Key(KeyRecord record, PublicKey key, int bits) implements Found {}

        /// A record whose key can't be used, or no record.
        record Unusable(DkimResult result) implements Found {}
    }

    private final Resolver resolver;
    private final int maxRsaBits;
    private final Map<String, Answer<String>> answers = new HashMap<>();

    KeyLookup(Resolver resolver, int maxRsaBits) {
        this.resolver = resolver;
        this.maxRsaBits = maxRsaBits;
    }

    Found find(DkimSignature signature, List<String> steps) {
        var name = signature.dnsName();
        var answer = answers.computeIfAbsent(name, resolver::txt);
        return switch (answer) {
            case Answer.Records<String>(var records, var ttl, var authentic) -> {
                for (var text : records) {
                    steps.add(
                            "dns: TXT %s: \"%s\" (ttl %d s%s)"
                                    .formatted(
                                            name,
                                            Visible.of(text),
                                            ttl.toSeconds(),
                                            authentic ? ", authentic" : ""));
                }
                yield read(records, signature);
            }
            case Answer.NoSuchName<String>() -> {
                steps.add("dns: TXT " + name + ": no such name");
                // RFC 6376 §6.1.2: no key for signature.
                yield permanent("no key: " + name + " does not exist");
            }
            case Answer.NoData<String>() -> {
                steps.add("dns: TXT " + name + ": no such record");
                yield permanent("no key: " + name + " has no TXT record");
            }
            case Answer.TemporaryFailure<String>(var why) -> {
                steps.add("dns: TXT " + name + ": " + why);
                yield new Found.Unusable(
                        new DkimResult.TempError("key look-up of " + name + " failed: " + why));
            }
        };
    }

    private Found read(List<String> records, DkimSignature signature) {
        var keys = new ArrayList<KeyRecord>();
        var problem = "";
        for (var text : records) {
            switch (KeyRecord.parse(text)) {
                case KeyRecord.Parsed.Ok(var key) -> keys.add(key);
                case KeyRecord.Parsed.Bad(var why) -> problem = why;
            }
        }
        if (keys.isEmpty()) {
            return permanent("key record: " + problem);
        }
        // RFC 6376 §3.6.2.2 leaves several undefined; trying each would be work that a stranger
        // orders.
        if (keys.size() > 1) {
            return permanent(keys.size() + " key records under " + signature.dnsName());
        }
        return check(keys.getFirst(), signature);
    }

    /// RFC 6376 §6.1.2: whether the record is for signatures like this one.
    private Found check(KeyRecord record, DkimSignature signature) {
        var algorithm = signature.algorithm();
        if (!record.isForEmail()) {
            return permanent("key is not for e-mail: s=" + String.join(":", record.services()));
        }
        if (!record.allows(algorithm.hash())) {
            return permanent("key does not allow " + algorithm.hash().tag());
        }
        if (record.isRevoked()) {
            return permanent("key revoked");
        }
        if (!record.keyType().equalsIgnoreCase(algorithm.keyType())) {
            return permanent(
                    "key of type " + record.keyType() + " does not fit " + algorithm.tag());
        }
        if (record.isStrictIdentity()
                && !signature.identityDomain().equals(signature.signingDomain())) {
            return permanent("key says t=s and the domain of i= is not that of d=");
        }
        return switch (PublicKeys.decode(record, maxRsaBits)) {
            case PublicKeys.Decoded.Ok(var key, int bits) -> new Found.Key(record, key, bits);
            case PublicKeys.Decoded.Bad(var why) -> permanent("key record: " + why);
        };
    }

    private static Found permanent(String why) {
        return new Found.Unusable(new DkimResult.PermError(why));
    }
}
