package io.postern.smtp.server;

import io.postern.smtp.Reply;

/// What a command does to the transaction.
sealed interface Step {
    /// Nothing: the transaction stays as it was.
    record Refused(Reply reply) implements Step {}

    /// If the handler agrees too, the transaction becomes `next` and the reply is this.
    record Agreed(Transaction next, Reply reply) implements Step {}

    /// Fails the transaction: it becomes `next`, and the reply says why. RFC 3030 §2.
    record Failed(Transaction next, Reply reply) implements Step {}
}
