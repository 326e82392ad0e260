package io.postern.km.ca;

/// Our own fault, or this machine's: a key that does not fit its algorithm, a missing provider.
/// What a peer or an operator got wrong is a value instead.
public final class CaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// With what was being done and what went wrong.
    public CaException(String message, Throwable cause) {
        super(message, cause);
    }
}
