package io.postern.gateway.rules;

import dev.cel.common.CelIssue;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.Passage;
import java.util.regex.Pattern;

/// Tells what is wrong with a condition in the words of the manual, and where.
final class Mistakes {
    private static final Pattern NO_OVERLOAD =
            Pattern.compile(
                    "(?s)found no matching overload for '(.+?)' applied to '(.*?)'(?: \\(candidates: (.*)\\))?");
    private static final Pattern RESULT = Pattern.compile("expected type 'bool' but found '(.+?)'");
    private static final Pattern EXPECTING = Pattern.compile("(?s),? expecting .*");
    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '(.+?)' .*");

    private final String rule;
    private final Passage when;

    Mistakes(String rule, Passage when) {
        this.rule = rule;
        this.when = when;
    }

    /// @param offset of a code point of the condition
    ConfigException at(int offset, String what) {
        return new ConfigException(when.at(offset) + ": rule " + rule + ": " + what);
    }

    ConfigException cel(CelIssue issue) {
        var at = issue.getSourceLocation();
        return at(offset(at.getLine(), at.getColumn()), words(issue.getMessage()));
    }

    /// @param line from 1
    /// @param column from 0
    private int offset(int line, int column) {
        var text = when.text();
        int begin = 0;
        for (int i = 1; i < line; i++) {
            int end = text.indexOf('\n', begin);
            if (end < 0) {
                break;
            }
            begin = end + 1;
        }
        return text.codePointCount(0, begin) + Math.max(0, column);
    }

    private static String words(String message) {
        var overload = NO_OVERLOAD.matcher(message);
        if (overload.matches()) {
            var candidates = overload.group(3);
            return operator(overload.group(1))
                    + " does not go with "
                    + types(overload.group(2))
                    + (candidates == null ? "" : "; it goes with " + types(candidates));
        }
        var result = RESULT.matcher(message);
        if (result.matches()) {
            return "a condition is true or false, and this is " + types(result.group(1));
        }
        var undeclared = UNDECLARED.matcher(message);
        if (undeclared.matches()) {
            return undeclared.group(1) + " is not known";
        }
        if (message.startsWith("token recognition error at: ")) {
            var token = message.substring("token recognition error at: '".length());
            return token.startsWith("'") || token.startsWith("\"")
                    ? "this quotation mark has no partner"
                    : "this can't be read: " + token.substring(0, Math.max(0, token.length() - 1));
        }
        if (message.startsWith("mismatched input '<EOF>'")
                || message.startsWith("no viable alternative at input '<EOF>'")) {
            return "the condition ends where something is still to come";
        }
        if (message.startsWith("For input string: ")) {
            return "this number is too large";
        }
        if (message.contains("recursion limit")) {
            return "the condition is nested too deeply; make two rules of it";
        }
        if (message.contains("code point size")) {
            return "the condition is longer than "
                    + ConditionReader.LONGEST
                    + " characters; make two rules of it";
        }
        if (message.contains("node limit")) {
            return "the condition has more than "
                    + ConditionReader.MOST_NODES
                    + " parts; make two rules of it";
        }
        return EXPECTING
                .matcher(message)
                .replaceFirst("")
                .replace("extraneous input", "unexpected")
                .replace("mismatched input", "unexpected");
    }

    /// `_==_` is `==`.
    private static String operator(String function) {
        return switch (function) {
            case "@in" -> "in";
            case "_[_]" -> "[ ]";
            case "_?_:_" -> "? :";
            default -> function.replace("_", "").isEmpty() ? function : strip(function);
        };
    }

    private static String strip(String function) {
        boolean word = Character.isLetter(function.charAt(0));
        return word ? function : function.replace("_", "");
    }

    private static String types(String cel) {
        return cel.replace("map(string, list(string))", "header fields")
                .replace("list(string)", "list of texts")
                .replace("list(int)", "list of numbers")
                .replaceAll("list\\(%?[A-Z]\\d*\\)", "list")
                .replaceAll("map\\(%?[A-Z]\\d*, %?[A-Z]\\d*\\)", "header fields")
                .replaceAll("%[A-Z]\\d*", "anything")
                .replaceAll("\\bstring\\b", "text")
                .replaceAll("\\bint\\b", "number")
                .replaceAll("\\bbool\\b", "true-or-false")
                .replace("),(", ") or (");
    }
}
