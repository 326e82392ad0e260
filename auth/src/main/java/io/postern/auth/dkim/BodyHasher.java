package io.postern.auth.dkim;

import io.postern.auth.dkim.BodyHash.Request;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Hashes a body as its octets pass, in constant memory. RFC 6376 §3.4.3, §3.4.4, §3.7.
///
/// One body each; confined to one thread. `hasher::update` is a tap for whoever moves the octets.
public final class BodyHasher {
    private final List<Request> requests;
    private final Map<Request, Digest> digests = new LinkedHashMap<>();
    private final Map<Canonicalization, BodyCanonicalizer> canonicalizers =
            new EnumMap<>(Canonicalization.class);
    private final BodyCanonicalizer[] all;

    /// Takes these hashes at once; each canonicalization is done once, however many hashes need it.
    public BodyHasher(List<Request> requests) {
        this.requests = List.copyOf(requests);
        for (var canonicalization : Canonicalization.values()) {
            var mine = new ArrayList<Digest>();
            for (var request : this.requests) {
                if (request.canonicalization() == canonicalization
                        && !digests.containsKey(request)) {
                    var digest = new Digest(request);
                    digests.put(request, digest);
                    mine.add(digest);
                }
            }
            if (!mine.isEmpty()) {
                canonicalizers.put(
                        canonicalization,
                        BodyCanonicalizer.of(
                                canonicalization,
                                (octets, offset, length) -> {
                                    for (var digest : mine) {
                                        digest.update(octets, offset, length);
                                    }
                                }));
            }
        }
        all = canonicalizers.values().toArray(BodyCanonicalizer[]::new);
    }

    /// The one hash that a signer needs.
    public static BodyHasher of(SignOptions options) {
        return new BodyHasher(List.of(options.bodyHashRequest()));
    }

    /// The next octets of the body, in pieces of any size. The array is not kept.
    public void update(byte[] octets, int offset, int length) {
        for (var canonicalizer : all) {
            canonicalizer.update(octets, offset, length);
        }
    }

    /// The hashes in the order of the requests. Ends the hasher: call once.
    public List<BodyHash> finish() {
        var sizes = new EnumMap<Canonicalization, Long>(Canonicalization.class);
        canonicalizers.forEach((name, canonicalizer) -> sizes.put(name, canonicalizer.finish()));
        var hashes = new LinkedHashMap<Request, BodyHash>();
        digests.forEach((request, digest) ->
                hashes.put(
                        request,
                        new BodyHash(
                                request,
                                digest.base64(),
                                sizes.getOrDefault(request.canonicalization(), 0L))));
        return requests.stream().map(hashes::get).toList();
    }

    /// One hash, up to its limit.
    private static final class Digest {
        private final MessageDigest digest;
        private long left;

        private Digest(Request request) {
            digest = request.algorithm().digest();
            left = request.limit().orElse(Long.MAX_VALUE);
        }

        private void update(byte[] octets, int offset, int length) {
            int count = (int) Math.min(left, length);
            digest.update(octets, offset, count);
            left -= count;
        }

        private String base64() {
            return Base64.getEncoder().encodeToString(digest.digest());
        }
    }
}
