package io.postern.auth.spf;

import io.postern.auth.spf.SpfRecord.Directive;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the terms of one record. RFC 7208 §4.6.1, §12.
final class RecordReader {
    // The RFC forbids leading zeros in addresses and leaves lengths open; "/032" is octal to some.
    private static final String LENGTH = "(0|[1-9][0-9]{0,2})";

    /// What follows the name of `a` and `mx`. A slash may be part of the domain too, so the lengths
    /// are taken from the end.
    private static final Pattern DUAL =
            Pattern.compile("(.*?)(?:/" + LENGTH + ")?(?://" + LENGTH + ")?", Pattern.DOTALL);

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final List<Directive> directives = new ArrayList<>();
    private @Nullable MacroString redirect;
    private @Nullable MacroString exp;

    SpfRecord record() {
        return new SpfRecord(directives, Optional.ofNullable(redirect), Optional.ofNullable(exp));
    }

    /// Reads one term; what is wrong with it, if anything.
    Optional<String> read(String term) {
        int name = nameLength(term);
        return name > 0 && name < term.length() && term.charAt(name) == '='
                ? modifier(term.substring(0, name), term.substring(name + 1))
                : directive(term);
    }

    /// Octets of `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`; 0 when it begins with none.
    private static int nameLength(String term) {
        int i = 0;
        while (i < term.length()) {
            char c = term.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || !((c >= '0' && c <= '9') || "-_.".indexOf(c) >= 0))) {
                break;
            }
            i++;
        }
        return i;
    }

    private Optional<String> modifier(String name, String value) {
        boolean isRedirect = name.equalsIgnoreCase("redirect");
        if (!isRedirect && !name.equalsIgnoreCase("exp")) {
            // §6: an unknown modifier is ignored, but its macros must be right.
            return problem(MacroString.parse(value, MacroString.Letters.ALL));
        }
        if ((isRedirect ? redirect : exp) != null) {
            return Optional.of(name + "= twice"); // §6
        }
        return switch (MacroString.domainSpec(value)) {
            case Syntax.Ok<MacroString>(var domain) -> {
                if (isRedirect) {
                    redirect = domain;
                } else {
                    exp = domain;
                }
                yield Optional.empty();
            }
            case Syntax.Bad<MacroString>(var why) -> Optional.of(why);
        };
    }

    private static Optional<String> problem(Syntax<?> syntax) {
        return syntax instanceof Syntax.Bad<?>(var why) ? Optional.of(why) : Optional.empty();
    }

    private Optional<String> directive(String term) {
        var qualifier =
                switch (term.charAt(0)) {
                    case '-' -> Qualifier.FAIL;
                    case '~' -> Qualifier.SOFTFAIL;
                    case '?' -> Qualifier.NEUTRAL;
                    default -> Qualifier.PASS;
                };
        int start = "+-~?".indexOf(term.charAt(0)) >= 0 ? 1 : 0;
        int end = start;
        while (end < term.length() && ":/".indexOf(term.charAt(end)) < 0) {
            end++;
        }
        return switch (mechanism(term.substring(start, end), term.substring(end))) {
            case Syntax.Ok<Mechanism>(var mechanism) -> {
                directives.add(new Directive(qualifier, mechanism, term));
                yield Optional.empty();
            }
            case Syntax.Bad<Mechanism>(var why) -> Optional.of(why);
        };
    }

    private static Syntax<Mechanism> mechanism(String name, String rest) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "all" ->
                    rest.isEmpty()
                            ? new Syntax.Ok<>(new Mechanism.All())
                            : new Syntax.Bad<>("all takes nothing after it");
            case "include" -> domain(rest).map(Mechanism.Include::new);
            case "exists" -> domain(rest).map(Mechanism.Exists::new);
            case "ptr" ->
                    rest.isEmpty()
                            ? new Syntax.Ok<>(new Mechanism.Ptr(Optional.empty()))
                            : domain(rest).map(d -> new Mechanism.Ptr(Optional.of(d)));
            case "a" -> addresses(rest, true);
            case "mx" -> addresses(rest, false);
            case "ip4" -> network(rest, IPV4_BITS);
            case "ip6" -> network(rest, IPV6_BITS);
            default -> new Syntax.Bad<>("no such mechanism");
        };
    }

    private static Syntax<MacroString> domain(String rest) {
        return rest.startsWith(":")
                ? MacroString.domainSpec(rest.substring(1))
                : new Syntax.Bad<>("a colon and a domain must follow");
    }

    private static Syntax<Mechanism> addresses(String rest, boolean ofName) {
        var matcher = DUAL.matcher(rest);
        if (!matcher.matches()) {
            return new Syntax.Bad<>("not a domain and lengths");
        }
        int ipv4 = length(matcher.group(2), IPV4_BITS);
        int ipv6 = length(matcher.group(3), IPV6_BITS);
        if (ipv4 > IPV4_BITS || ipv6 > IPV6_BITS) {
            return new Syntax.Bad<>("an address has no so many bits");
        }
        var cidr = new Mechanism.DualCidr(ipv4, ipv6);
        var name = matcher.group(1);
        if (name.isEmpty()) {
            return new Syntax.Ok<>(mechanism(Optional.empty(), cidr, ofName));
        }
        return domain(name).map(d -> mechanism(Optional.of(d), cidr, ofName));
    }

    private static Mechanism mechanism(
            Optional<MacroString> domain, Mechanism.DualCidr cidr, boolean ofName) {
        return ofName ? new Mechanism.A(domain, cidr) : new Mechanism.Mx(domain, cidr);
    }

    private static Syntax<Mechanism> network(String rest, int bits) {
        int slash = rest.indexOf('/');
        var digits = slash < 0 ? null : rest.substring(slash + 1);
        if (!rest.startsWith(":") || (digits != null && !isLength(digits))) {
            return new Syntax.Bad<>("a colon and a network must follow");
        }
        int prefix = length(digits, bits);
        if (prefix > bits) {
            return new Syntax.Bad<>("an address has no so many bits");
        }
        var address = rest.substring(1, slash < 0 ? rest.length() : slash);
        var network =
                bits == IPV4_BITS
                        ? IpNetwork.ipv4(address, prefix)
                        : IpNetwork.ipv6(address, prefix);
        return network.<Syntax<Mechanism>>map(n -> new Syntax.Ok<>(new Mechanism.Ip(n)))
                .orElseGet(() -> new Syntax.Bad<>("not an address"));
    }

    /// Whether it is what [#LENGTH] takes. By hand: most terms of most records are networks.
    private static boolean isLength(String digits) {
        return !digits.isEmpty()
                && digits.length() <= 3
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static int length(@Nullable String digits, int absent) {
        return digits == null ? absent : Integer.parseInt(digits);
    }
}
