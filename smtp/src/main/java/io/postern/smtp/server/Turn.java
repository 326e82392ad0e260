package io.postern.smtp.server;

import java.util.concurrent.atomic.AtomicReference;

/// Whose turn it is to speak on a session: its thread's, or, while that waits for a command, the
/// drainer's, who may take it to say 421 and close.
///
/// The drainer first asks ([#askToEnd]), then tries to take. A session that begins to listen looks,
/// after, whether it was asked. So one of the two always sees the other.
final class Turn {
    private enum State {
        SPEAKING,
        LISTENING,
        TAKEN
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.SPEAKING);
    private volatile boolean asked;

    /// The session will block for a command. False: it must end, and may still speak.
    boolean listen() {
        state.set(State.LISTENING);
        return !asked || !state.compareAndSet(State.LISTENING, State.SPEAKING);
    }

    /// The session has read something. False: the turn was taken, it may not speak any more.
    boolean speak() {
        return state.compareAndSet(State.LISTENING, State.SPEAKING);
    }

    /// The session is to end when it would listen again.
    void askToEnd() {
        asked = true;
    }

    /// Whether [#askToEnd] was called.
    boolean askedToEnd() {
        return asked;
    }

    /// Takes the turn from a session that listens. True: the caller alone may speak.
    boolean take() {
        return state.compareAndSet(State.LISTENING, State.TAKEN);
    }
}
