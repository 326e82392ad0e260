package io.postern.gateway.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import io.postern.gateway.config.Network;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The functions that conditions have beside CEL's own. Regular expressions and networks are
/// constants, and are read once.
final class Functions {
    /// What RE2 makes of a regular expression is bounded, too: `(a{1000}){1000}` is short.
    private static final int LARGEST_PATTERN = 1000;

    private static final ListType TEXTS = ListType.create(SimpleType.STRING);
    private static final MapType FIELDS = MapType.create(SimpleType.STRING, TEXTS);

    /// Names of member functions, for hints; with those of CEL.
    static final List<String> NAMES =
            List.of(
                    "within",
                    "under",
                    "matches",
                    "lower",
                    "first",
                    "contains",
                    "startsWith",
                    "endsWith",
                    "size",
                    "exists",
                    "all",
                    "exists_one");

    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();
    private final Map<String, Network> networks = new ConcurrentHashMap<>();

    static List<CelFunctionDecl> declarations() {
        return List.of(
                CelFunctionDecl.newFunctionDeclaration(
                        "within",
                        member("within_one", SimpleType.STRING),
                        member("within_any", TEXTS)),
                CelFunctionDecl.newFunctionDeclaration(
                        "under",
                        member("under_one", SimpleType.STRING),
                        member("under_any", TEXTS)),
                CelFunctionDecl.newFunctionDeclaration(
                        "matches", member("matches_constant", SimpleType.STRING)),
                CelFunctionDecl.newFunctionDeclaration(
                        "lower",
                        CelOverloadDecl.newMemberOverload(
                                "lower_text", SimpleType.STRING, SimpleType.STRING)),
                CelFunctionDecl.newFunctionDeclaration(
                        "first",
                        CelOverloadDecl.newMemberOverload(
                                "first_of_name", SimpleType.STRING, FIELDS, SimpleType.STRING)));
    }

    private static CelOverloadDecl member(String id, dev.cel.common.types.CelType argument) {
        return CelOverloadDecl.newMemberOverload(id, SimpleType.BOOL, SimpleType.STRING, argument);
    }

    // CEL wants functions without state. These have none that changes an answer: the maps are
    // filled while conditions are read, before any is computed.
    @SuppressWarnings("Immutable")
    List<CelFunctionBinding> bindings() {
        var all = new ArrayList<CelFunctionBinding>();
        all.addAll(
                CelFunctionBinding.fromOverloads(
                        "within",
                        CelFunctionBinding.from(
                                "within_one", String.class, String.class, this::within),
                        CelFunctionBinding.from(
                                "within_any",
                                String.class,
                                List.class,
                                (ip, list) -> anyOf(list, one -> within(ip, one)))));
        all.addAll(
                CelFunctionBinding.fromOverloads(
                        "under",
                        CelFunctionBinding.from(
                                "under_one", String.class, String.class, Functions::under),
                        CelFunctionBinding.from(
                                "under_any",
                                String.class,
                                List.class,
                                (name, list) -> anyOf(list, one -> under(name, one)))));
        all.addAll(
                CelFunctionBinding.fromOverloads(
                        "matches",
                        CelFunctionBinding.from(
                                "matches_constant", String.class, String.class, this::matches)));
        all.addAll(
                CelFunctionBinding.fromOverloads(
                        "lower",
                        CelFunctionBinding.from(
                                "lower_text",
                                String.class,
                                text -> text.toLowerCase(Locale.ROOT))));
        all.addAll(
                CelFunctionBinding.fromOverloads(
                        "first",
                        CelFunctionBinding.from(
                                "first_of_name", Map.class, String.class, Functions::first)));
        return all;
    }

    private static boolean anyOf(List<?> list, java.util.function.Predicate<String> test) {
        for (var one : list) {
            if (test.test((String) one)) {
                return true;
            }
        }
        return false;
    }

    /// Whether an address is in a network. A text that is no address is in none.
    private boolean within(String ip, String network) {
        var known = networks.get(network);
        if (known == null) {
            throw new IllegalStateException(network + " was not read at start-up");
        }
        try {
            return known.contains(InetAddress.ofLiteral(ip));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Whether a name is that domain or one below it, in any case.
    private static boolean under(String name, String domain) {
        int above = name.length() - domain.length();
        return above >= 0
                && name.regionMatches(true, above, domain, 0, domain.length())
                && (above == 0 || name.charAt(above - 1) == '.')
                && !domain.isEmpty();
    }

    private boolean matches(String text, String pattern) {
        var known = patterns.get(pattern);
        if (known == null) {
            throw new IllegalStateException(pattern + " was not read at start-up");
        }
        return known.matcher(text).find();
    }

    private static String first(Map<?, ?> header, String name) {
        return header.get(name.toLowerCase(Locale.ROOT)) instanceof List<?> values
                        && !values.isEmpty()
                ? String.valueOf(values.getFirst())
                : "";
    }

    /// Takes in a regular expression.
    ///
    /// @return what is wrong with it; empty when nothing is
    Optional<String> pattern(String text) {
        try {
            var pattern = Pattern.compile(text);
            if (pattern.programSize() > LARGEST_PATTERN) {
                return Optional.of(
                        "the regular expression is too large; use fewer or smaller repetitions");
            }
            patterns.put(text, pattern);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("not a regular expression (RE2): " + e.getMessage());
        }
    }

    /// Takes in a network.
    ///
    /// @return what is wrong with it; empty when nothing is
    Optional<String> network(String text) {
        var network = Network.parse(text);
        if (network.isEmpty()) {
            return Optional.of(
                    "\"" + text + "\" is not a network such as 192.0.2.0/24 or 2001:db8::/32");
        }
        networks.put(text, network.get());
        return Optional.empty();
    }
}
