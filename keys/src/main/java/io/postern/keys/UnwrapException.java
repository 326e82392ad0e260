package io.postern.keys;

/// A wrapped record does not open.
public final class UnwrapException extends KeysException {
    private static final long serialVersionUID = 1L;

    /// Why it does not open.
    public enum Cause {
        /// It was wrapped under another start secret.
        WRONG_SECRET,
        /// It, or what it is bound to (type, name), was changed after it was wrapped.
        TAMPERED,
        /// Not a wrapped record, or of a version that this program does not know.
        UNKNOWN_FORMAT
    }

    private final Cause why;

    public UnwrapException(Cause why, String reason) {
        super(reason);
        this.why = why;
    }

    /// Which of the three it is.
    public Cause why() {
        return why;
    }
}
