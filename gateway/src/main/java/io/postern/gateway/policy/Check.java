package io.postern.gateway.policy;

/// One check of the perimeter, shared by all sessions; it may be asked by many threads at once.
///
/// It may block, bounded by a deadline of its own. The world's trouble (DNS, a directory) is an
/// [Opinion] with a 4yz reply or a pass, as the check's documentation says; what it throws is our
/// bug.
public interface Check {
    /// Asked at each stage, in the order of the checks.
    Opinion ask(Situation situation);

    /// Whether it is asked even when an earlier check said [Opinion.Allow]: true only for what
    /// makes the perimeter one (who may hand in mail, no relay, known recipients).
    default boolean always() {
        return false;
    }

    /// Told once, after the reply at a stage was decided, whoever decided it: for what counts
    /// refusals. Called for every check, also when the situation was refused before it was asked.
    ///
    /// @param refused whether the command or the content was refused, with 4yz or 5yz
    default void settled(Situation situation, boolean refused) {}

    /// The session is over. For what is counted by session.
    default void closed(Situation situation) {}
}
