package io.postern.admin;

/// Whether mail can be taken.
///
/// @param status `ok`, or `failing` when nothing can be written
/// @param reason why it fails; empty when it does not
/// @param running whether a gateway answers, or its data folder was read instead
/// @param commitLagMillis age of the oldest write that waits for the disk
/// @param queued recipients that wait
public record HealthView(
        String status,
        String reason,
        boolean running,
        long commitLagMillis,
        long freeBytes,
        long queued) {
    public static final String OK = "ok";
    public static final String FAILING = "failing";
}
