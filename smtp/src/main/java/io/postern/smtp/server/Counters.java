package io.postern.smtp.server;

import java.util.concurrent.atomic.LongAdder;

/// What a server counts, written by many threads.
final class Counters {
    final LongAdder sessions = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder acceptErrors = new LongAdder();
    final LongAdder commands = new LongAdder();
    final LongAdder refusedCommands = new LongAdder();
    final LongAdder messages = new LongAdder();

    ServerCounts snapshot(long now) {
        return new ServerCounts(
                now,
                sessions.sum(),
                refused.sum(),
                acceptErrors.sum(),
                commands.sum(),
                refusedCommands.sum(),
                messages.sum());
    }
}
