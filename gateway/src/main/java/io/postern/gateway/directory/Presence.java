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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Whether there is an entry. One is enough, whatever comes after it.
final class Presence implements Question<Boolean>, SearchResultListener {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Directory settings;
    private final transient Filter filter;
    private final AtomicBoolean found = new AtomicBoolean();

    Presence(Directory settings, Filter filter) {
        this.settings = settings;
        this.filter = filter;
    }

    @Override
    public boolean binds() {
        return false;
    }

    @Override
    public Boolean over(LDAPConnection ready) throws LDAPException {
        int seconds = (int) Math.max(1, settings.timeout().toSeconds());
        // RFC 4511 §4.5.1.8: "1.1" asks for no attributes.
        ready.search(
                new SearchRequest(
                        this,
                        settings.base(),
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        1,
                        seconds,
                        true,
                        filter,
                        SearchRequest.NO_ATTRIBUTES));
        return found.get();
    }

    @Override
    public Optional<Boolean> despite(LDAPException e) {
        // RFC 4511 §4.5.1.4: one entry was all that we asked for. Other errors, among them
        // noSuchObject: that there is no such base says nothing of an address.
        return e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)
                ? Optional.of(true)
                : soFar();
    }

    @Override
    public Optional<Boolean> soFar() {
        return found.get() ? Optional.of(true) : Optional.empty();
    }

    @Override
    public void searchEntryReturned(SearchResultEntry entry) {
        found.set(true);
    }

    @Override
    public void searchReferenceReturned(SearchResultReference reference) {
        // RFC 4511 §4.5.3: another server may know more. It is not asked: what is searched is what
        // the configuration says, and Active Directory refers to zones for every search at its
        // root.
    }
}
