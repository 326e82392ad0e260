package io.postern.admin;

/// An operation was not done. The message names the thing; the remedy says what to do.
public final class OperationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Whose fault it is.
    public enum Kind {
        /// The request makes no sense.
        INVALID(400),
        /// There is no such thing.
        NOT_FOUND(404),
        /// It makes sense, but not now or not so.
        REFUSED(409),
        /// Our own bug, which a log line tells.
        BROKEN(500),
        /// The world's: disk, store, connection.
        UNAVAILABLE(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /// The HTTP status code. RFC 9110 §15.
        int status() {
            return status;
        }

        static Kind ofStatus(int status) {
            for (var kind : values()) {
                if (kind.status == status) {
                    return kind;
                }
            }
            return status / 100 == 4 ? INVALID : BROKEN;
        }
    }

    private final Kind kind;
    private final String remedy;

    public OperationException(Kind kind, String error, String remedy) {
        super(error);
        this.kind = kind;
        this.remedy = remedy;
    }

    static OperationException invalid(String error, String remedy) {
        return new OperationException(Kind.INVALID, error, remedy);
    }

    static OperationException unavailable(String error, String remedy, Throwable cause) {
        var exception = new OperationException(Kind.UNAVAILABLE, error, remedy);
        exception.initCause(cause);
        return exception;
    }

    public Kind kind() {
        return kind;
    }

    /// What was wrong.
    public String error() {
        return String.valueOf(getMessage());
    }

    /// What to do about it; empty when the error says it already.
    public String remedy() {
        return remedy;
    }
}
