package io.postern.auth.spf;

import java.util.function.Function;

/// What a piece of text turned out to be.
sealed interface Syntax<T> {
    /// It is one.
    record Ok<T>(T value) implements Syntax<T> {}

    /// It is not.
    record Bad<T>(String why) implements Syntax<T> {}

    default <U> Syntax<U> map(Function<T, U> change) {
        return switch (this) {
            case Ok<T>(var value) -> new Ok<>(change.apply(value));
            case Bad<T>(var why) -> new Bad<>(why);
        };
    }
}
