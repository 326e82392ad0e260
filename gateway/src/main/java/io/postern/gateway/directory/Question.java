package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.Optional;

/// What a directory is asked, over one connection or, when that was of no use, over another. Asked
/// on one thread; [#soFar] may come from a second.
interface Question<T> {
    /// Whether it changes whose the connection is, and so needs one of those kept for that.
    boolean binds();

    /// The answer.
    ///
    /// @throws LDAPException when the result is an error
    T over(LDAPConnection ready) throws LDAPException;

    /// What an error on a connection that still works says in answer; empty: nothing.
    Optional<T> despite(LDAPException e);

    /// What is certain although the answer did not come to its end; empty: nothing.
    Optional<T> soFar();
}
