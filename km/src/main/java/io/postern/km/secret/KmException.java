package io.postern.km.secret;

/// Key management can't do what was asked, and has changed nothing. The message names the thing and
/// the remedy.
public final class KmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KmException(String reason) {
        super(reason);
    }

    public KmException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
