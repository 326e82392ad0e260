package io.postern.gateway.recipients;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import io.postern.gateway.config.Directory;
import io.postern.gateway.directory.AddressValues;
import io.postern.gateway.directory.LdapClient;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;

/// All addresses of a directory, for a list that is pushed. Page by page (RFC 2696), since no
/// directory gives a large answer at once; all of them, or none.
public final class DirectoryExport implements PushedLists.Origin, AutoCloseable {
    private static final int PAGE = 500;

    private final Directory settings;
    private final LdapFilter filter;
    private final LdapClient client;

    /// Connects to nobody yet.
    ///
    /// @throws io.postern.gateway.config.ConfigException when the settings make no sense together
    public DirectoryExport(Directory settings) {
        this.settings = settings;
        filter = new LdapFilter(settings);
        client = new LdapClient(settings);
    }

    @Override
    public String into(Consumer<String> taker) throws IOException {
        try (var connection = client.connect()) {
            pages(connection, filter.anybody(), taker);
            return "";
        } catch (LDAPException e) {
            // Whatever came before it is not the whole.
            return LdapClient.words(e);
        }
    }

    private void pages(LDAPConnection connection, Filter anybody, Consumer<String> taker)
            throws LDAPException {
        ASN1OctetString cookie = null;
        do {
            var request =
                    new SearchRequest(
                            settings.base(),
                            SearchScope.SUB,
                            anybody,
                            settings.attributes().toArray(String[]::new));
            request.addControl(new SimplePagedResultsControl(PAGE, cookie, true));
            var result = connection.search(request);
            // Present, since no listener takes them.
            for (var entry : Objects.requireNonNull(result.getSearchEntries())) {
                AddressValues.of(entry, settings.attributes()).forEach(taker);
            }
            var page = SimplePagedResultsControl.get(result);
            cookie = page != null && page.moreResultsToReturn() ? page.getCookie() : null;
        } while (cookie != null);
    }

    @Override
    public void close() {
        client.close();
    }
}
