package io.postern.gateway.treat;

/// A message can't be treated now, by no fault of the client: temporary.
public final class TreatmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TreatmentException(String message, Throwable cause) {
        super(message, cause);
    }
}
