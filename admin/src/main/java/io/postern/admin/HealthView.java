package io.postern.admin;

import java.util.List;

/// Whether mail can be taken.
///
/// @param status `ok`, or `failing` when nothing can be written
/// @param reason why it fails; empty when it does not
/// @param running whether a gateway answers, or its data folder was read instead
/// @param commitLagMillis age of the oldest write that waits for the disk
/// @param queued recipients that wait
/// @param warnings what somebody should do about what mail does not need, such as key management;
///   none of them makes it `failing`
public record HealthView(
        String status,
        String reason,
        boolean running,
        long commitLagMillis,
        long freeBytes,
        long queued,
        List<String> warnings) {
    public static final String OK = "ok";
    public static final String FAILING = "failing";

    public HealthView {
        warnings = List.copyOf(warnings);
    }
}
