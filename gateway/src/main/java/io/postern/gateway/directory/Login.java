package io.postern.gateway.directory;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import java.util.Optional;
import java.util.Set;

/// Whether a password is an entry's: a simple bind. RFC 4513 §5.1.3.
public final class Login implements Question<Login.Result> {
    /// With these a directory says that this one may not, be it the password or an account that is
    /// locked or has expired; with all others that it can't say.
    private static final Set<ResultCode> REFUSED =
            Set.of(
                    ResultCode.INVALID_CREDENTIALS,
                    ResultCode.INAPPROPRIATE_AUTHENTICATION, // an entry without a password
                    ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
                    ResultCode.CONSTRAINT_VIOLATION, // locked, in 389 Directory Server
                    ResultCode.UNWILLING_TO_PERFORM, // inactive, there
                    ResultCode.NO_SUCH_OBJECT,
                    ResultCode.INVALID_DN_SYNTAX);

    private final String dn;
    private final String password;

    /// What the directory says of a password.
    ///
    /// @param why in the directory's words when it is not right; for operators
    public record Result(boolean right, String why) {}

    Login(String dn, String password) {
        if (dn.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException("a bind without name or password is anonymous");
        }
        this.dn = dn;
        this.password = password;
    }

    @Override
    public boolean binds() {
        return true;
    }

    @Override
    public Result over(LDAPConnection ready) throws LDAPException {
        ready.bind(new SimpleBindRequest(dn, password));
        return new Result(true, "");
    }

    @Override
    public Optional<Result> despite(LDAPException e) {
        return REFUSED.contains(e.getResultCode())
                ? Optional.of(new Result(false, LdapClient.words(e)))
                : Optional.empty();
    }

    @Override
    public Optional<Result> soFar() {
        return Optional.empty();
    }

    /// Without the password.
    @Override
    public String toString() {
        return "Login[" + dn + "]";
    }
}
