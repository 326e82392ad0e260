package io.postern.gateway.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Describes one key of the configuration file, on the record component that holds it. The
/// reference page is generated from this.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
    /// What it does and why one would change it, in a sentence or two.
    String doc();

    /// The value when the key is absent, as it would stand in the file; empty for an optional or
    /// required one.
    String otherwise() default "";

    /// Whether the key must be there.
    boolean required() default false;

    /// The least number (for durations in seconds, for sizes in bytes).
    long min() default Long.MIN_VALUE;

    /// The greatest number (for durations in seconds, for sizes in bytes).
    long max() default Long.MAX_VALUE;
}
