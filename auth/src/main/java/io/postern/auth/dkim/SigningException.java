package io.postern.auth.dkim;

/// A signature could not be made: the key or the provider failed. Temporary to the submitter (4xx):
/// the message is not at fault.
public final class SigningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SigningException(String what, Throwable cause) {
        super(what, cause);
    }
}
