package io.postern.gateway.delivery;

import io.postern.mail.Content;
import java.util.List;

/// A way to hand messages to a destination, one at a time; keeps what can be used again (a
/// connection) between them.
interface Transport extends AutoCloseable {
    /// Tries one job. Blocks within the configured time-outs.
    Attempt send(Job job, Content content);

    /// Asks every host what it can do, and hands it nothing; for hosts that can't be reached it
    /// does nothing. Blocks within the configured time-outs.
    default void greet() {}

    /// Ends what is kept. Never throws, bounded in time.
    @Override
    void close();

    /// What came of it.
    sealed interface Attempt {
        /// An outcome for each of the job's recipients, in order.
        record Done(List<Outcome> outcomes) implements Attempt {
            public Done {
                outcomes = List.copyOf(outcomes);
            }
        }

        /// The destination can't be reached or takes nothing now; others need not try either.
        record Down(String reason) implements Attempt {}
    }
}
