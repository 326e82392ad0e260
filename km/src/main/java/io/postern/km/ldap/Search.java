package io.postern.km.ldap;

import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchScope;
import io.postern.km.http.Published;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Searches. RFC 4511 §4.5. The only people that are found are those whose address the filter or
/// the base names; insiders may name the beginning.
final class Search {
    /// Recipients of a message that a client asks for at once, and more.
    private static final int MOST_NAMED = 100;

    private static final int FEW_NAMED = 20;
    private static final int MOST_BEGINNINGS = 4;
    private static final Set<String> LISTS =
            Set.of(Types.lower(Types.LIST), Types.lower(Types.AUTHORITY_LIST));

    /// Of those that begin so.
    private static final int MOST_FOUND = 20;

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

    private final Published published;
    private final DirectoryRules rules;
    private final Entries entries;

    /// What was found.
    record Found(List<DirectoryEntry> entries, ResultCode result, boolean whole) {
        static Found nothing(ResultCode result) {
            return new Found(List.of(), result, false);
        }
    }

    Search(Published published, DirectoryRules rules) {
        this.published = published;
        this.rules = rules;
        entries = new Entries(published, rules.base());
    }

    /// What it costs, in requests: each address that it names is looked up.
    static int cost(SearchRequestProtocolOp asked) {
        return 1 + Named.in(asked.getFilter()).addresses().size() / 10;
    }

    /// Whether the answer may be of megabytes: a revocation list, or very many certificates.
    static boolean large(SearchRequestProtocolOp asked) {
        var attributes = asked.getAttributes();
        boolean all = attributes.isEmpty() || attributes.contains("*");
        return (all && asked.getScope().equals(SearchScope.BASE) && !asked.getBaseDN().isEmpty())
                || attributes.stream()
                        .map(Types::of)
                        .flatMap(Optional::stream)
                        .anyMatch(LISTS::contains)
                || Named.in(asked.getFilter()).addresses().size() > FEW_NAMED;
    }

    Found answer(SearchRequestProtocolOp asked, InetAddress client, boolean startTls) {
        DN at;
        try {
            at = new DN(asked.getBaseDN());
        } catch (LDAPException e) {
            return Found.nothing(ResultCode.INVALID_DN_SYNTAX);
        }
        var scope = asked.getScope();
        if (scope.equals(SearchScope.BASE)) {
            return one(at, asked, client, startTls);
        }
        if (entries.base().equals(at)) {
            return below(asked, client, scope.equals(SearchScope.SUB));
        }
        if (at.isAncestorOf(entries.base(), false)) {
            return scope.equals(SearchScope.SUB)
                    ? below(asked, client, true)
                    : Found.nothing(ResultCode.SUCCESS);
        }
        // Nothing is below a person or an authority.
        return scope.equals(SearchScope.SUB)
                ? one(at, asked, client, startTls)
                : Found.nothing(ResultCode.SUCCESS);
    }

    private FilterMatch matching(InetAddress client) {
        return new FilterMatch(
                rules.insiders().test(client) ? Optional.of(rules.prefix()) : Optional.empty());
    }

    private Found one(DN at, SearchRequestProtocolOp asked, InetAddress client, boolean startTls) {
        var entry = named(at, startTls);
        if (entry.isEmpty()) {
            return Found.nothing(ResultCode.NO_SUCH_OBJECT);
        }
        return matching(client).matches(asked.getFilter(), entry.get())
                ? new Found(List.of(entry.get()), ResultCode.SUCCESS, true)
                : Found.nothing(ResultCode.SUCCESS);
    }

    private Optional<DirectoryEntry> named(DN at, boolean startTls) {
        if (at.isNullDN()) {
            return Optional.of(entries.rootDse(startTls));
        }
        if (at.equals(Entries.SUBSCHEMA)) {
            return Optional.of(Entries.subschema());
        }
        if (at.equals(entries.base())) {
            return Optional.of(entries.top());
        }
        var rdn = at.getRDN();
        if (rdn == null || rdn.isMultiValued() || !entries.base().equals(at.getParent())) {
            return Optional.empty();
        }
        var authority =
                entries.authorities().stream().filter(one -> one.dn().equals(at)).findFirst();
        if (authority.isPresent()) {
            return authority;
        }
        var value = FilterMatch.normal(rdn.getAttributeValues()[0]);
        return Types.of(rdn.getAttributeNames()[0]).filter(Types.MAIL::equals).isPresent()
                        && value.indexOf('@') > 0
                ? entries.person(value)
                : Optional.empty();
    }

    /// @param top whether the entry above all is in the scope
    private Found below(SearchRequestProtocolOp asked, InetAddress client, boolean top) {
        var filter = asked.getFilter();
        var matching = matching(client);
        var found = new ArrayList<DirectoryEntry>();
        if (top && matching.matches(filter, entries.top())) {
            found.add(entries.top());
        }
        entries.authorities().stream()
                .filter(one -> matching.matches(filter, one))
                .forEach(found::add);
        var named = Named.in(filter);
        if (named.addresses().size() > MOST_NAMED || named.beginnings().size() > MOST_BEGINNINGS) {
            return Found.nothing(ResultCode.ADMIN_LIMIT_EXCEEDED);
        }
        var addresses = new LinkedHashSet<>(named.addresses());
        boolean more = matching.prefix().isPresent() && insiders(named, addresses);
        long begin = System.nanoTime();
        for (var address : addresses) {
            if (System.nanoTime() - begin > LONGEST) {
                return new Found(found, ResultCode.TIME_LIMIT_EXCEEDED, false);
            }
            entries.person(address)
                    .filter(one -> matching.matches(filter, one))
                    .ifPresent(found::add);
        }
        int limit = asked.getSizeLimit();
        if (limit > 0 && found.size() > limit) {
            return new Found(found.subList(0, limit), ResultCode.SIZE_LIMIT_EXCEEDED, false);
        }
        return new Found(found, more ? ResultCode.SIZE_LIMIT_EXCEEDED : ResultCode.SUCCESS, false);
    }

    /// @return whether there are more than are told
    private boolean insiders(Named named, Set<String> addresses) {
        boolean more = false;
        for (var beginning : named.beginnings()) {
            if (beginning.length() >= rules.prefix()) {
                var some = published.addresses(beginning, MOST_FOUND + 1);
                more |= some.size() > MOST_FOUND;
                addresses.addAll(some.subList(0, Math.min(MOST_FOUND, some.size())));
            }
        }
        return more;
    }
}
