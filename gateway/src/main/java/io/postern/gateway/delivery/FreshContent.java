package io.postern.gateway.delivery;

import io.postern.mail.Content;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Content kept in memory from acceptance to the end of the first attempt, shared by a message's
/// jobs, and counted.
final class FreshContent {
    private final Content content;
    private final AtomicInteger users;
    private final AtomicLong octetsInMemory;

    FreshContent(Content content, int users, AtomicLong octetsInMemory) {
        this.content = content;
        this.users = new AtomicInteger(users);
        this.octetsInMemory = octetsInMemory;
        octetsInMemory.addAndGet(content.size());
    }

    Content content() {
        return content;
    }

    /// Said once by each job when it is done with it.
    void release() {
        if (users.decrementAndGet() == 0) {
            octetsInMemory.addAndGet(-content.size());
        }
    }
}
