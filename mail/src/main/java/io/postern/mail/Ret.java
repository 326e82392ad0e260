package io.postern.mail;

/// How much of the message a failure DSN returns. RFC 3461 §4.3.
public enum Ret {
    FULL,
    HDRS
}
