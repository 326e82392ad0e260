package io.postern.auth.published;

/// How much a finding matters, from nothing to much.
public enum Level {
    /// As it should be.
    OK,
    /// Could be better; no mail suffers.
    ADVICE,
    /// The DNS gave no answer: nothing is said about the domain.
    UNKNOWN,
    /// Some mail suffers, or will.
    WARNING,
    /// Mail fails, or anybody may send as the domain.
    ERROR
}
