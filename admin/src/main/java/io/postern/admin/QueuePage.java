package io.postern.admin;

import java.util.List;
import java.util.Optional;

/// Some of the queue.
///
/// @param total how many entries match in all
/// @param next where the next page begins; empty on the last
public record QueuePage(List<QueueItem> entries, long total, Optional<String> next) {
    public QueuePage {
        entries = List.copyOf(entries);
    }
}
