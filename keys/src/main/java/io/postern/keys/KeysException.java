package io.postern.keys;

/// A secret or key cannot be used: the message names the thing and the remedy. Root of this
/// module's exceptions; never permanent towards a mail client (4xx).
public class KeysException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KeysException(String reason) {
        super(reason);
    }

    public KeysException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
