package io.postern.gateway.directory;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import io.postern.gateway.config.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// People whom a filter finds in a directory, page by page (RFC 2696): all of them, or none.
public final class DirectoryPeople {
    private static final int PAGE = 500;

    /// Pages without anybody in them, one after another: a server that never comes to an end.
    private static final int EMPTY_PAGES = 20;

    private DirectoryPeople() {}

    /// An entry.
    ///
    /// @param dn its name there
    /// @param address the first that it has, as written and not looked into
    public record Person(String dn, Optional<String> address) {}

    /// Those whom the filter finds under the base.
    ///
    /// @param settings its `filter` is not used; `attributes` in the order of preference
    /// @param filter of RFC 4515
    /// @throws IOException with the reason, when not all can be had, or there are more
    public static List<Person> find(Directory settings, String filter, int most)
            throws IOException {
        try (var client = new LdapClient(settings);
                var connection = client.connect()) {
            return pages(connection, settings, Filter.create(filter), most);
        } catch (LDAPException e) {
            throw new IOException(LdapClient.words(e), e);
        }
    }

    private static List<Person> pages(
            LDAPConnection connection, Directory settings, Filter filter, int most)
            throws LDAPException {
        var people = new ArrayList<Person>();
        ASN1OctetString cookie = null;
        int empty = 0;
        do {
            var request =
                    new SearchRequest(
                            settings.base(),
                            SearchScope.SUB,
                            filter,
                            settings.attributes().toArray(String[]::new));
            request.addControl(new SimplePagedResultsControl(PAGE, cookie, true));
            var result = connection.search(request);
            // Present, since no listener takes them.
            var entries = Objects.requireNonNull(result.getSearchEntries());
            entries.forEach(entry -> people.add(person(entry, settings.attributes())));
            empty = entries.isEmpty() ? empty + 1 : 0;
            if (people.size() > most || empty > EMPTY_PAGES) {
                throw new LDAPException(
                        ResultCode.SIZE_LIMIT_EXCEEDED,
                        "the filter finds more than %d entries, or no end: ask for fewer at once"
                                .formatted(most));
            }
            var page = SimplePagedResultsControl.get(result);
            cookie = page != null && page.moreResultsToReturn() ? page.getCookie() : null;
        } while (cookie != null);
        return people;
    }

    private static Person person(SearchResultEntry entry, List<String> attributes) {
        return new Person(entry.getDN(), AddressValues.of(entry, attributes).stream().findFirst());
    }
}
