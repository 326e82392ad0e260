package io.postern.km.ldap;

import com.unboundid.ldap.sdk.Filter;
import java.util.LinkedHashSet;
import java.util.Set;

/// The addresses that a filter names: whom else it may match nobody is told, so that nothing can be
/// listed by `(mail=*)` or `(!(mail=x@example.com))`.
///
/// @param addresses whole ones
/// @param beginnings of addresses, asked for by `mail=anna*`
record Named(Set<String> addresses, Set<String> beginnings) {
    static Named in(Filter filter) {
        var named = new Named(new LinkedHashSet<>(), new LinkedHashSet<>());
        named.collect(filter);
        return named;
    }

    private void collect(Filter filter) {
        switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_AND, Filter.FILTER_TYPE_OR -> {
                for (var part : filter.getComponents()) {
                    collect(part);
                }
            }
            case Filter.FILTER_TYPE_NOT -> collect(FilterMatch.inner(filter));
            case Filter.FILTER_TYPE_EQUALITY,
                    Filter.FILTER_TYPE_APPROXIMATE_MATCH,
                    Filter.FILTER_TYPE_EXTENSIBLE_MATCH -> {
                if (byAddress(filter)) {
                    add(FilterMatch.normal(filter.getAssertionValue()));
                }
            }
            case Filter.FILTER_TYPE_SUBSTRING -> {
                if (byAddress(filter)) {
                    FilterMatch.beginning(filter)
                            .ifPresent(text -> {
                                add(text);
                                beginnings.add(text);
                            });
                }
            }
            default -> {
                // Presence and order name nobody.
            }
        }
    }

    private void add(String text) {
        if (text.indexOf('@') > 0) {
            addresses.add(text);
        }
    }

    private static boolean byAddress(Filter filter) {
        return FilterMatch.type(filter).filter(Types.BY_ADDRESS::contains).isPresent();
    }
}
