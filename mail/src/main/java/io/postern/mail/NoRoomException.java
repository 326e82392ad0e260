package io.postern.mail;

import java.io.IOException;

/// A [Room] had no memory or no disk left for a content: temporary, nobody's fault.
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException(String message) {
        super(message);
    }
}
