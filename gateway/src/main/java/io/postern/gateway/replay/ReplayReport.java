package io.postern.gateway.replay;

import java.util.List;

/// What replay came to for all messages.
///
/// @param messages that were looked at
/// @param otherwise how many of them would be treated otherwise
/// @param changes in what way, the most frequent first
/// @param cantTell why, the most frequent first; a message may have several reasons
/// @param untold messages about which nothing can be told
/// @param notCompared messages by the rule that refused them then and is not asked again
/// @param unreadable entries passed over
/// @param notReplayed what no message was asked about
public record ReplayReport(
        long messages,
        long otherwise,
        List<Change> changes,
        long untold,
        List<Count> cantTell,
        List<Count> notCompared,
        long unreadable,
        List<String> notReplayed) {
    /// One kind of change.
    ///
    /// @param before such as `accepted`
    /// @param now such as `refused by dmarc`
    public record Change(String before, String now, long messages, List<Example> examples) {
        public Change {
            examples = List.copyOf(examples);
        }
    }

    /// How many messages have something in common.
    public record Count(String what, long messages) {}

    public ReplayReport {
        changes = List.copyOf(changes);
        cantTell = List.copyOf(cantTell);
        notCompared = List.copyOf(notCompared);
        notReplayed = List.copyOf(notReplayed);
    }
}
