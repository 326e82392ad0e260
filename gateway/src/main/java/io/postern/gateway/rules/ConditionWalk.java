package io.postern.gateway.rules;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Nearest;
import io.postern.gateway.policy.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Goes through a condition before CEL checks its types: names every fact and function that does
/// not exist or is not known at the stage, with the nearest that is, and reads the constants. For
/// one condition.
final class ConditionWalk {
    private final Stage stage;
    private final Functions functions;
    private final Mistakes mistakes;
    private final Set<Fact> uses = EnumSet.noneOf(Fact.class);
    private Map<Long, Integer> positions = Map.of();

    /// Where `header` stands, and where it does as that of which a field is taken by its name.
    private int headers;

    private int named;

    ConditionWalk(Stage stage, Functions functions, Mistakes mistakes) {
        this.stage = stage;
        this.functions = functions;
        this.mistakes = mistakes;
    }

    /// @throws ConfigException at the first mistake
    void of(CelAbstractSyntaxTree parsed) {
        positions = parsed.getSource().getPositionsMap();
        walk(parsed.getExpr(), Set.of());
    }

    /// The facts that were met.
    Set<Fact> uses() {
        return Collections.unmodifiableSet(uses);
    }

    /// Whether more is asked of the header than for fields by their names: a loop over it, say.
    boolean wholeHeader() {
        return headers > named;
    }

    private ConfigException mistake(CelExpr at, String what) {
        return mistakes.at(positions.getOrDefault(at.id(), 0), what);
    }

    /// @param bound names that loops have given
    private void walk(CelExpr expr, Set<String> bound) {
        Kind kind = expr.getKind();
        switch (kind) {
            case CONSTANT, NOT_SET -> {}
            case IDENT, SELECT -> path(expr, bound);
            case CALL -> call(expr, bound);
            case LIST -> expr.list().elements().forEach(one -> walk(one, bound));
            case MAP, STRUCT ->
                    throw mistake(expr, "conditions have no maps and no messages in { }");
            case COMPREHENSION -> {
                var loop = expr.comprehension();
                walk(loop.iterRange(), bound);
                var inner = new HashSet<>(bound);
                inner.add(loop.iterVar());
                inner.add(loop.accuVar());
                walk(loop.loopStep(), inner);
                walk(loop.result(), inner);
            }
        }
    }

    /// A name, or names joined by dots.
    private void path(CelExpr expr, Set<String> bound) {
        var names = new ArrayList<String>();
        CelExpr at = expr;
        while (at.getKind() == Kind.SELECT) {
            names.addFirst(at.select().field());
            at = at.select().operand();
        }
        if (at.getKind() != Kind.IDENT) {
            walk(at, bound);
            return;
        }
        if (!bound.contains(at.ident().name())) {
            names.addFirst(at.ident().name());
            fact(at, names);
        }
    }

    private void fact(CelExpr at, List<String> names) {
        for (int length = names.size(); length > 0; length--) {
            var fact = Fact.named(String.join(".", names.subList(0, length)));
            if (fact.isPresent()) {
                known(at, fact.get(), names.subList(length, names.size()));
                return;
            }
        }
        var first = names.getFirst();
        var group = Fact.group(first).stream().map(Fact::word).toList();
        var whole = String.join(".", names.subList(0, Math.min(2, names.size())));
        if (names.size() == 1 && !group.isEmpty()) {
            throw mistake(
                    at, first + " is not a fact by itself; there are " + String.join(", ", group));
        }
        throw mistake(
                at,
                whole
                        + " is not a fact"
                        + Nearest.to(whole, Fact.words())
                                .map(nearest -> "; did you mean " + nearest + "?")
                                .orElseGet(() ->
                                        "; there are "
                                                + String.join(
                                                        ", ",
                                                        group.isEmpty() ? Fact.words() : group)));
    }

    private void known(CelExpr at, Fact fact, List<String> rest) {
        if (!fact.known().at(stage)) {
            throw mistake(
                    at,
                    fact.word()
                            + " is not known at stage "
                            + stage
                            + "; it is known "
                            + fact.known().words());
        }
        if (!rest.isEmpty() && (fact.form() != Fact.Form.FIELDS || rest.size() > 1)) {
            throw mistake(
                    at,
                    fact.word()
                            + " is "
                            + article(fact.form())
                            + " and has no part "
                            + rest.getFirst());
        }
        uses.add(fact);
        if (fact == Fact.HEADER) {
            headers++;
            named += rest.isEmpty() ? 0 : 1;
        }
    }

    private static String article(Fact.Form form) {
        return switch (form) {
            case TEXT, NUMBER, TEXTS -> "a " + form.words();
            case FLAG, FIELDS -> form.words();
        };
    }

    private void call(CelExpr expr, Set<String> bound) {
        var call = expr.call();
        var function = call.function();
        if (Character.isLetter(function.charAt(0)) && !Functions.NAMES.contains(function)) {
            throw mistake(
                    expr,
                    function
                            + " is not a function"
                            + (function.equals("has")
                                    ? "; say \"name\" in header"
                                    : Nearest.to(function, Functions.NAMES)
                                            .map(nearest -> "; did you mean " + nearest + "?")
                                            .orElse(
                                                    "; there are "
                                                            + String.join(", ", Functions.NAMES))));
        }
        named += byName(call, bound) ? 1 : 0;
        call.target().ifPresent(target -> walk(target, bound));
        call.args().forEach(argument -> walk(argument, bound));
        if (call.target().isPresent() && call.args().size() == 1) {
            var argument = call.args().getFirst();
            switch (function) {
                case "within" -> constants(argument, "a network", functions::network);
                case "matches" -> constant(argument, "a regular expression", functions::pattern);
                default -> {}
            }
        }
    }

    /// Whether it is `header.first(name)`, `header[name]` or `name in header`.
    private static boolean byName(CelExpr.CelCall call, Set<String> bound) {
        var of =
                switch (call.function()) {
                    case "first" -> call.target();
                    case "_[_]" -> call.args().stream().findFirst();
                    case "@in" -> call.args().stream().skip(1).findFirst();
                    default -> Optional.<CelExpr>empty();
                };
        return of.filter(one -> one.getKind() == Kind.IDENT)
                .map(one -> one.ident().name())
                .filter(name -> name.equals(Fact.HEADER.word()) && !bound.contains(name))
                .isPresent();
    }

    private void constants(CelExpr argument, String what, Function<String, Optional<String>> take) {
        if (argument.getKind() == Kind.LIST) {
            argument.list().elements().forEach(one -> constant(one, what, take));
        } else {
            constant(argument, what, take);
        }
    }

    private void constant(CelExpr argument, String what, Function<String, Optional<String>> take) {
        if (argument.getKind() != Kind.CONSTANT
                || argument.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            throw mistake(
                    argument, "here stands " + what + " in quotation marks, and nothing else");
        }
        take.apply(argument.constant().stringValue())
                .ifPresent(wrong -> {
                    throw mistake(argument, wrong);
                });
    }
}
