package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultListener;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import io.postern.gateway.config.Directory;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which entries there are, up to a number. Half an answer is none: nobody knows whether the entry
/// in it is the only one.
final class Lookup implements Question<List<SearchResultEntry>>, SearchResultListener {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Directory settings;
    private final transient Filter filter;
    private final int most;
    private final transient List<SearchResultEntry> found = new ArrayList<>();

    /// @param most entries; that there are more is no error
    Lookup(Directory settings, Filter filter, int most) {
        this.settings = settings;
        this.filter = filter;
        this.most = most;
    }

    @Override
    public boolean binds() {
        return false;
    }

    @Override
    public List<SearchResultEntry> over(LDAPConnection ready) throws LDAPException {
        found.clear(); // what another connection sent before it broke
        int seconds = (int) Math.max(1, settings.timeout().toSeconds());
        ready.search(
                new SearchRequest(
                        this,
                        settings.base(),
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        most,
                        seconds,
                        false,
                        filter,
                        settings.attributes().toArray(String[]::new)));
        return List.copyOf(found);
    }

    @Override
    public Optional<List<SearchResultEntry>> despite(LDAPException e) {
        // RFC 4511 §4.5.1.4: the entries up to the limit came before it. A server may have a lower
        // limit than ours: then they are too few to tell.
        return e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED) && found.size() >= most
                ? Optional.of(List.copyOf(found))
                : Optional.empty();
    }

    @Override
    public Optional<List<SearchResultEntry>> soFar() {
        return Optional.empty();
    }

    @Override
    public void searchEntryReturned(SearchResultEntry entry) {
        // A server that does not keep to the limit fills no memory.
        if (found.size() < most) {
            found.add(entry);
        }
    }

    @Override
    public void searchReferenceReturned(SearchResultReference reference) {
        // As in Presence: not followed.
    }
}
