package io.postern.auth.dkim;

import io.postern.auth.dkim.DkimSignature.Parsed;
import io.postern.mail.Domain;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the tags of a signature. RFC 6376 §3.5, §6.1.1.
final class SignatureReader {
    /// Ends the reading; never leaves this class.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient DkimResult result;

        private Refused(DkimResult result) {
            super(null, null, false, false);
            this.result = result;
        }
    }

    /// RFC 6376 §3.5: t= and x= have at most 12 digits.
    private static final int TIME_DIGITS = 12;

    /// RFC 6376 §3.5: l= has at most 76 digits.
    private static final int LENGTH_DIGITS = 76;

    /// Several times what the longest lists of good will have; more are work that a stranger
    /// orders.
    private static final int MAX_NAMES = 300;

    private final TagList tags;

    private final Dialect dialect;

    private final boolean drafts;

    private SignatureReader(TagList tags, Dialect dialect, DkimPolicy.Historic historic) {
        this.tags = tags;
        this.dialect = dialect;
        drafts = historic == DkimPolicy.Historic.VERIFY;
    }

    static Parsed read(TagList tags, Dialect dialect, DkimPolicy.Historic historic) {
        try {
            return new Parsed.Ok(new SignatureReader(tags, dialect, historic).read());
        } catch (Refused e) {
            return new Parsed.Bad(e.result);
        }
    }

    private DkimSignature read() throws Refused {
        if (dialect == Dialect.DKIM) {
            checkVersion();
        }
        var algorithmTag = required("a");
        var algorithm =
                DkimAlgorithm.parse(algorithmTag)
                        .orElseThrow(() -> neutral("algorithm " + algorithmTag + " is not known"));
        var signature = required("b");
        if (signature.isEmpty() || Octets.base64(signature).isEmpty()) {
            throw neutral("b= is not base64");
        }
        var bodyHash = required("bh");
        if (Octets.base64(bodyHash)
                .filter(hash -> hash.length == algorithm.hash().octets())
                .isEmpty()) {
            throw neutral("bh= is not a hash in base64");
        }
        var sdid = required("d");
        var domain = domain(tags).orElseThrow(() -> neutral("d= is not a domain: " + sdid));
        var selectorTag = required("s");
        var selector =
                selector(tags).orElseThrow(() -> neutral("s= is not a selector: " + selectorTag));
        var identity =
                dialect == Dialect.ARC
                        ? "@" + domain
                        : identity(tags, domain)
                                .orElseThrow(() -> neutral("i= is not an identity"));
        var identityDomain =
                Domain.parse(identity.substring(identity.lastIndexOf('@') + 1))
                        .orElseThrow(() -> neutral("i= has no domain"));
        if (!DkimSignature.isWithin(identityDomain, domain)) {
            throw permanent("domain of i= is not that of d= or below it");
        }
        var timestamp = time("t");
        var expiration = time("x");
        if (timestamp.isPresent()
                && expiration.isPresent()
                && !expiration.get().isAfter(timestamp.get())) {
            throw permanent("x= is not later than t=");
        }
        checkQuery();
        return new DkimSignature(
                algorithm,
                signature,
                bodyHash,
                canonicalization(0),
                canonicalization(1),
                domain,
                signedFields(),
                identity,
                identityDomain,
                bodyLength(),
                selector,
                timestamp,
                expiration,
                tags.value("z"));
    }

    private void checkVersion() throws Refused {
        // The drafts before RFC 4871 had no v= or 0.5.
        if (drafts && tags.compact("v").filter(v -> !v.equals("0.5")).isEmpty()) {
            return;
        }
        var version = required("v");
        if (!version.equals("1")) {
            throw neutral("version " + version + " is not known");
        }
    }

    private String required(String name) throws Refused {
        return tags.compact(name)
                .orElseThrow(() -> permanent("required tag " + name + "= missing"));
    }

    /// The SDID, if `d=` can be read. RFC 8616 §5: U-labels are taken.
    static Optional<Domain> domain(TagList tags) {
        // RFC 6376 §3.5: domain-name has at least two labels.
        return tags.compact("d")
                .flatMap(Octets::utf8)
                .flatMap(Domain::parse)
                .filter(domain -> domain.name().indexOf('.') > 0);
    }

    /// The selector, if `s=` can be read.
    static Optional<String> selector(TagList tags) {
        return tags.compact("s").flatMap(Octets::utf8).flatMap(Domain::parse).map(Domain::name);
    }

    /// The AUID, if `i=` can be read; `@` and the SDID when there is none.
    static Optional<String> identity(TagList tags, Domain signingDomain) {
        var value = tags.compact("i");
        return value.isEmpty()
                ? Optional.of("@" + signingDomain)
                : value.flatMap(Octets::quotedPrintable)
                        .flatMap(Octets::utf8)
                        .filter(identity -> identity.indexOf('@') >= 0);
    }

    private Canonicalization canonicalization(int half) throws Refused {
        var value = tags.compact("c").orElse("simple/simple");
        int slash = value.indexOf('/');
        // §3.5: the body's is simple when only one is given.
        var words =
                slash < 0
                        ? List.of(value, "simple")
                        : List.of(value.substring(0, slash), value.substring(slash + 1));
        return Canonicalization.parse(words.get(half))
                .orElseThrow(() -> neutral("canonicalization " + value + " is not known"));
    }

    private List<String> signedFields() throws Refused {
        var given = tags.value("h").orElseThrow(() -> permanent("required tag h= missing"));
        if (given.chars().filter(c -> c == ':').count() >= MAX_NAMES) {
            throw new Refused(new DkimResult.Policy("h= names more than " + MAX_NAMES + " fields"));
        }
        var names = tags.elements("h").orElse(List.of());
        for (var name : names) {
            // RFC 8617 does not say that h= has From, or anything: nothing may be its element.
            if ((name.isEmpty() && dialect == Dialect.DKIM) || !isFieldName(name)) {
                throw neutral("h= is not a list of field names");
            }
        }
        // RFC 8617 §4.1.2
        if (dialect == Dialect.ARC && names.stream().anyMatch("ARC-Seal"::equalsIgnoreCase)) {
            throw permanent("ARC-Seal in h=");
        }
        // §6.1.1
        if (dialect == Dialect.DKIM && names.stream().noneMatch("From"::equalsIgnoreCase)) {
            throw permanent("From field not signed");
        }
        return names;
    }

    private static boolean isFieldName(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    private void checkQuery() throws Refused {
        var methods = tags.elements("q");
        // §3.5: unknown methods are ignored, but one must be left.
        if (methods.isPresent() && methods.get().stream().noneMatch(this::isKnownQuery)) {
            throw neutral("query method " + String.join(":", methods.get()) + " is not known");
        }
    }

    private boolean isKnownQuery(String method) {
        return method.equalsIgnoreCase("dns/txt") || (drafts && method.equalsIgnoreCase("dns"));
    }

    private OptionalLong bodyLength() throws Refused {
        var value = tags.compact("l");
        return value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number("l", LENGTH_DIGITS));
    }

    private Optional<Instant> time(String name) throws Refused {
        return tags.compact(name).isEmpty()
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(number(name, TIME_DIGITS)));
    }

    private long number(String name, int digits) throws Refused {
        var value = required(name);
        if (value.isEmpty()
                || value.length() > digits
                || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw neutral(name + "= is not a number: " + value);
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            if (number > (Long.MAX_VALUE - 9) / 10) {
                return Long.MAX_VALUE;
            }
            number = number * 10 + (value.charAt(i) - '0');
        }
        return number;
    }

    private static Refused neutral(String why) {
        return new Refused(new DkimResult.Neutral(why));
    }

    private static Refused permanent(String why) {
        return new Refused(new DkimResult.PermError(why));
    }
}
