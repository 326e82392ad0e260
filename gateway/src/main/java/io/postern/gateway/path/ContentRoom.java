package io.postern.gateway.path;

import io.postern.mail.Room;

/// What one message's content may take: memory of its session's share, disk while there is some.
/// Closed when the message is answered or forgotten.
final class ContentRoom implements Room, AutoCloseable {
    private final MemoryBudget.Share memory;
    private final Storage disk;
    private long held;

    ContentRoom(MemoryBudget.Share memory, Storage disk) {
        this.memory = memory;
        this.disk = disk;
    }

    @Override
    public boolean take(int octets) {
        boolean taken = memory.take(octets);
        if (taken) {
            held += octets;
        }
        return taken;
    }

    @Override
    public void give(int octets) {
        held -= octets;
        memory.give(octets);
    }

    @Override
    public boolean spool(int octets) {
        return disk.spool(octets);
    }

    @Override
    public void unspool(long octets) {
        disk.unspool(octets);
    }

    /// Gives back what memory the content still holds. Its file is its own affair.
    @Override
    public void close() {
        memory.give(held);
        held = 0;
    }
}
