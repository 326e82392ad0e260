package io.postern.gateway.rules;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.checker.CelStandardDeclarations.StandardOverload;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Passage;
import io.postern.gateway.policy.Stage;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Reads conditions: CEL, with the facts of [Fact] and a chosen part of its functions, all typed.
///
/// What evaluation may cost is bounded here: an expression has a greatest size and depth, regular
/// expressions and networks are constants that are read at start-up, the former run in linear time
/// (RE2), no text grows by evaluation (texts can't be joined), and all turns of loops (`exists`,
/// `all`, …) together are counted.
final class ConditionReader {
    static final int LONGEST = 4096;
    private static final int DEEPEST = 48;
    static final int MOST_NODES = 1000;
    private static final int MOST_TURNS = 10_000;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(LONGEST)
                    .maxParseRecursionDepth(DEEPEST)
                    .maxParseExpressionNodeCount(MOST_NODES)
                    .comprehensionMaxIterations(MOST_TURNS)
                    .enableHeterogeneousNumericComparisons(true) // The planner wants it.
                    .build();

    /// The functions of CEL that conditions have. No conversions, no times: every fact has its
    /// type, and a comparison of two types is a mistake to be told at start-up.
    private static final Set<StandardFunction> FUNCTIONS =
            Set.of(
                    StandardFunction.IN,
                    StandardFunction.NOT_STRICTLY_FALSE,
                    StandardFunction.CONDITIONAL,
                    StandardFunction.LOGICAL_NOT,
                    StandardFunction.LOGICAL_OR,
                    StandardFunction.LOGICAL_AND,
                    StandardFunction.EQUALS,
                    StandardFunction.NOT_EQUALS,
                    StandardFunction.ADD,
                    StandardFunction.SUBTRACT,
                    StandardFunction.MULTIPLY,
                    StandardFunction.DIVIDE,
                    StandardFunction.MODULO,
                    StandardFunction.NEGATE,
                    StandardFunction.INDEX,
                    StandardFunction.SIZE,
                    StandardFunction.CONTAINS,
                    StandardFunction.ENDS_WITH,
                    StandardFunction.STARTS_WITH,
                    StandardFunction.LESS,
                    StandardFunction.LESS_EQUALS,
                    StandardFunction.GREATER,
                    StandardFunction.GREATER_EQUALS);

    /// Arithmetic is for numbers: joined texts and lists could grow with every turn of a loop.
    private static final Set<StandardFunction> ARITHMETIC =
            Set.of(
                    StandardFunction.ADD,
                    StandardFunction.SUBTRACT,
                    StandardFunction.MULTIPLY,
                    StandardFunction.DIVIDE,
                    StandardFunction.MODULO,
                    StandardFunction.NEGATE);

    private final Functions functions = new Functions();
    private final CelCompiler compiler = compiler();
    private final CelRuntime runtime = runtime();

    private static CelCompiler compiler() {
        var builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardEnvironmentEnabled(false)
                        .setStandardDeclarations(
                                CelStandardDeclarations.newBuilder()
                                        .filterFunctions(ConditionReader::offered)
                                        .build())
                        .setStandardMacros(
                                CelStandardMacro.ALL,
                                CelStandardMacro.EXISTS,
                                CelStandardMacro.EXISTS_ONE)
                        .addFunctionDeclarations(Functions.declarations())
                        .setResultType(SimpleType.BOOL);
        for (var fact : Fact.values()) {
            builder.addVar(fact.word(), type(fact.form()));
        }
        return builder.build();
    }

    private static boolean offered(StandardFunction function, StandardOverload overload) {
        return FUNCTIONS.contains(function)
                && overload.celOverloadDecl().parameterTypes().stream()
                        .allMatch(
                                ARITHMETIC.contains(function)
                                        ? SimpleType.INT::equals
                                        : ConditionReader::isOurs);
    }

    private static boolean isOurs(CelType type) {
        return type.equals(SimpleType.BOOL)
                || type.equals(SimpleType.INT)
                || type.equals(SimpleType.STRING)
                || type instanceof ListType
                || type instanceof MapType
                || type instanceof TypeParamType;
    }

    private static CelType type(Fact.Form form) {
        return switch (form) {
            case TEXT -> SimpleType.STRING;
            case NUMBER -> SimpleType.INT;
            case FLAG -> SimpleType.BOOL;
            case TEXTS -> ListType.create(SimpleType.STRING);
            case FIELDS -> MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING));
        };
    }

    private CelRuntime runtime() {
        return CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(OPTIONS)
                .setStandardFunctions(
                        CelStandardFunctions.newBuilder()
                                .excludeFunctions(CelStandardFunctions.StandardFunction.MATCHES)
                                .build())
                .addFunctionBindings(functions.bindings())
                .build();
    }

    /// Reads a condition.
    ///
    /// @param rule for messages
    /// @throws ConfigException when it can't be used at that stage; says where, and what instead
    Condition read(String rule, Passage when, Stage stage) {
        var mistakes = new Mistakes(rule, when);
        var walk = new ConditionWalk(stage, functions, mistakes);
        try {
            var parsed = compiler.parse(when.text()).getAst();
            walk.of(parsed);
            CelAbstractSyntaxTree checked = compiler.check(parsed).getAst();
            return new Condition(runtime.createProgram(checked), walk.uses(), walk.wholeHeader());
        } catch (CelValidationException e) {
            throw mistakes.cel(first(e.getErrors()));
        } catch (CelEvaluationException e) {
            throw mistakes.at(0, "the condition can't be planned: " + e.getMessage());
        }
    }

    private static CelIssue first(List<CelIssue> issues) {
        return issues.stream()
                .min(
                        Comparator.comparing(
                                CelIssue::getSourceLocation,
                                Comparator.comparingInt(CelSourceLocation::getLine)
                                        .thenComparingInt(CelSourceLocation::getColumn)))
                .orElseThrow();
    }
}
