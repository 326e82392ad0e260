package io.postern.km.ldap;

import com.unboundid.ldap.sdk.Filter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether an entry matches a filter, for somebody who may know so much. RFC 4511 §4.5.1.7.
///
/// @param prefix how long the beginning of a value must be to match it; empty when only whole
///   values do
record FilterMatch(Optional<Integer> prefix) {
    private enum Truth {
        TRUE,
        FALSE,
        UNDEFINED;

        static Truth of(boolean is) {
            return is ? TRUE : FALSE;
        }

        Truth not() {
            return switch (this) {
                case TRUE -> FALSE;
                case FALSE -> TRUE;
                case UNDEFINED -> UNDEFINED;
            };
        }
    }

    /// Whether the entry matches.
    boolean matches(Filter filter, DirectoryEntry entry) {
        return truth(filter, entry) == Truth.TRUE;
    }

    private Truth truth(Filter filter, DirectoryEntry entry) {
        return switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_AND -> all(filter.getComponents(), entry, Truth.FALSE);
            case Filter.FILTER_TYPE_OR -> all(filter.getComponents(), entry, Truth.TRUE);
            case Filter.FILTER_TYPE_NOT -> truth(inner(filter), entry).not();
            case Filter.FILTER_TYPE_PRESENCE ->
                    Truth.of(type(filter).filter(entry::has).isPresent());
            case Filter.FILTER_TYPE_EQUALITY,
                    Filter.FILTER_TYPE_APPROXIMATE_MATCH,
                    Filter.FILTER_TYPE_EXTENSIBLE_MATCH ->
                    whole(filter, entry);
            case Filter.FILTER_TYPE_SUBSTRING -> part(filter, entry);
            // By order: nothing here has one.
            default -> Truth.UNDEFINED;
        };
    }

    /// @param decides what decides alone: true in an OR, false in an AND
    private Truth all(Filter[] parts, DirectoryEntry entry, Truth decides) {
        var result = decides.not();
        for (var part : parts) {
            var truth = truth(part, entry);
            if (truth == decides) {
                return decides;
            }
            if (truth == Truth.UNDEFINED) {
                result = Truth.UNDEFINED;
            }
        }
        return result;
    }

    private static Truth whole(Filter filter, DirectoryEntry entry) {
        var type = type(filter).filter(entry::has);
        if (type.isEmpty()) {
            return Truth.UNDEFINED;
        }
        var asked = normal(filter.getAssertionValue());
        return Truth.of(
                entry.texts(type.get()).stream().anyMatch(text -> normal(text).equals(asked)));
    }

    private Truth part(Filter filter, DirectoryEntry entry) {
        var type = type(filter).filter(entry::has);
        if (type.isEmpty()) {
            return Truth.UNDEFINED;
        }
        var asked = beginning(filter);
        return Truth.of(
                asked.isPresent()
                        && entry.texts(type.get()).stream()
                                .anyMatch(text -> begins(normal(text), asked.get())));
    }

    private boolean begins(String text, String asked) {
        // Outlook asks for `x@example.com*` when it means that address.
        return text.equals(asked)
                || (prefix.isPresent() && asked.length() >= prefix.get() && text.startsWith(asked));
    }

    /// The type that a filter is about; empty for none, and for values that are not here.
    static Optional<String> type(Filter filter) {
        return Optional.ofNullable(filter.getAttributeName()).flatMap(Types::of);
    }

    /// What a NOT is about.
    static Filter inner(Filter filter) {
        return Objects.requireNonNull(filter.getNOTComponent(), "a NOT that was decoded has one");
    }

    /// The text of a filter that asks for a beginning and nothing else.
    static Optional<String> beginning(Filter filter) {
        var initial = filter.getSubInitialString();
        return initial == null
                        || filter.getSubFinalString() != null
                        || Arrays.stream(filter.getSubAnyStrings()).anyMatch(any -> !any.isEmpty())
                ? Optional.empty()
                : Optional.of(normal(initial));
    }

    /// As values are compared. RFC 4517 §4.2.11: case and outer spaces do not count.
    static String normal(@Nullable String text) {
        return text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
    }
}
