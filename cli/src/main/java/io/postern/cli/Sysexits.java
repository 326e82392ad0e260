package io.postern.cli;

/// Exit codes that callers of sendmail know: BSD's sysexits.h.
final class Sysexits {
    static final int OK = 0;
    static final int USAGE = 64;
    static final int DATAERR = 65;
    static final int NOUSER = 67;
    static final int UNAVAILABLE = 69;
    static final int SOFTWARE = 70;
    static final int IOERR = 74;
    static final int TEMPFAIL = 75;
    static final int NOPERM = 77;

    private Sysexits() {}
}
