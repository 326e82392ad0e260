package io.postern.gateway.policy;

import io.postern.smtp.Reply;

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

    /// Told, beside [#settled], with what reply a situation was refused, by this check or another:
    /// for what tells a refusal for good (5yz) from trouble (4yz).
    default void refused(Situation situation, Reply reply) {}

    /// The session is over. For what is counted by session.
    default void closed(Situation situation) {}
}
