package io.postern.store;

/// The store can't do it now: full, read-only, corrupt, closed. Always temporary towards the client
/// (4xx).
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param reason what an operator should read: names the thing and the remedy
    public StoreException(String reason, Throwable cause) {
        super(reason, cause);
    }

    public StoreException(String reason) {
        super(reason);
    }
}
