package io.postern.mail;

import java.util.Optional;

final class Stub {
    private Stub() {}

    @SuppressWarnings("TypeParameterUnusedInFormals")
    static <T> T missing() {
        return Optional.<T>empty().orElseThrow();
    }
}
