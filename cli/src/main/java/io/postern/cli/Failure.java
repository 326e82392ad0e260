package io.postern.cli;

/// A command can't do what was asked. Shown as one line: what, and what to do about it.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Exit codes of all commands but sendmail, which has sysexits.
    static final int NOT = 1;

    static final int USAGE = 2;

    /// Nothing is known now, as with sendmail: a later try may tell.
    static final int LATER = Sysexits.TEMPFAIL;

    private final int code;

    Failure(int code, String message) {
        super(message);
        this.code = code;
    }

    Failure(String message, Throwable cause) {
        super(message, cause);
        this.code = NOT;
    }

    static Failure of(String what, String remedy) {
        return new Failure(NOT, remedy.isEmpty() ? what : what + "; " + remedy);
    }

    static Failure usage(String what) {
        return new Failure(USAGE, what);
    }

    int code() {
        return code;
    }
}
