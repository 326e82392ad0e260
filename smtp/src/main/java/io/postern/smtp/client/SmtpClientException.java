package io.postern.smtp.client;

/// No usable connection; the reason is a value. Always temporary.
public final class SmtpClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    SmtpClientException(Failure failure) {
        super(failure.why());
        this.failure = failure;
    }

    SmtpClientException(Failure failure, Throwable cause) {
        super(failure.why(), cause);
        this.failure = failure;
    }

    /// What happened, and where.
    public Failure failure() {
        return failure;
    }
}
