package io.postern.keys;

/// The start secret is absent, unreadable, malformed, or readable by others. The gateway does not
/// start.
public final class StartSecretException extends KeysException {
    private static final long serialVersionUID = 1L;

    public StartSecretException(String reason) {
        super(reason);
    }

    public StartSecretException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
