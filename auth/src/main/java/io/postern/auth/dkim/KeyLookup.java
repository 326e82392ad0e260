package io.postern.auth.dkim;

import io.postern.auth.text.Visible;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the keys of one message's signatures in the DNS; each name is asked for once. RFC 6376
/// §3.6.2, §6.1.2. Confined to one thread.
public final class KeyLookup {
    /// What was found under a name.
    public sealed interface Found {
        /// A usable key.
        record Key(KeyRecord record, PublicKey key, int bits) implements Found {
            /// Whether a signature by it MUST NOT be considered valid. RFC 8301 §3.2.
            public boolean isTooShort(DkimPolicy policy) {
                return record.keyType().equalsIgnoreCase("rsa") && bits < policy.minRsaBits();
            }
        }

        /// A record whose key can't be used, or no record.
        record Unusable(DkimResult result) implements Found {}
    }

    private final Resolver resolver;
    private final int maxRsaBits;
    private final Map<String, Answer<String>> answers = new HashMap<>();

    /// @param maxRsaBits longer keys are refused unread
    public KeyLookup(Resolver resolver, int maxRsaBits) {
        this.resolver = resolver;
        this.maxRsaBits = maxRsaBits;
    }

    /// The key, as far as it may be used for such a signature.
    ///
    /// @param steps to which the question and its answer are added, for people
    public Found find(KeyQuery query, List<String> steps) {
        var name = query.dnsName();
        var answer = answers.computeIfAbsent(name, resolver::txt);
        return switch (answer) {
            case Answer.Records<String>(var records, var ttl, var authentic) -> {
                for (var text : records) {
                    steps.add(
                            "dns: TXT "
                                    + name
                                    + ": \""
                                    + Visible.of(text)
                                    + "\" (ttl "
                                    + ttl.toSeconds()
                                    + (authentic ? " s, authentic)" : " s)"));
                }
                yield read(records, query);
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

    private Found read(List<String> records, KeyQuery query) {
        if (records.size() == 1) {
            return read(records.getFirst(), query);
        }
        var keys =
                records.stream()
                        .filter(text -> KeyRecord.parse(text) instanceof KeyRecord.Parsed.Ok)
                        .toList();
        // RFC 6376 §3.6.2.2 leaves several undefined; trying each would be work that a stranger
        // orders.
        if (keys.size() > 1) {
            return permanent(keys.size() + " key records under " + query.dnsName());
        }
        return read(keys.isEmpty() ? records.getLast() : keys.getFirst(), query);
    }

    private Found read(String text, KeyQuery query) {
        var recent = RecentKeys.read(text, maxRsaBits);
        return switch (recent.parsed()) {
            case KeyRecord.Parsed.Ok(var key) -> check(key, recent.decoded(), query);
            case KeyRecord.Parsed.Bad(var why) -> permanent("key record: " + why);
        };
    }

    /// RFC 6376 §6.1.2: whether the record is for signatures like this one.
    private static Found check(KeyRecord record, PublicKeys.Decoded decoded, KeyQuery query) {
        var algorithm = query.algorithm();
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
        if (record.isStrictIdentity() && !query.identityDomain().equals(query.signingDomain())) {
            return permanent("key says t=s and the domain of i= is not that of d=");
        }
        return switch (decoded) {
            case PublicKeys.Decoded.Ok(var key, int bits) -> new Found.Key(record, key, bits);
            case PublicKeys.Decoded.Bad(var why) -> permanent("key record: " + why);
        };
    }

    private static Found permanent(String why) {
        return new Found.Unusable(new DkimResult.PermError(why));
    }
}
