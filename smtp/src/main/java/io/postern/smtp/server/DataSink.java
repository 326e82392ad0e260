package io.postern.smtp.server;

import io.postern.smtp.Reply;

/// Takes the content of one message, dot-stuffing removed. Exactly one of `finish` and `abandon` is
/// called, once.
public interface DataSink {
    /// Some octets, in order. Must not keep the array. May block. Must not throw for trouble of
    /// ours or of the world: remember it, swallow the rest, and answer in [#finish].
    void write(byte[] octets, int offset, int length);

    /// All octets are there. The reply goes to the client as it is: 250 only when the message is on
    /// stable storage.
    Reply finish();

    /// The content will never be complete (client gone, line or size limit hit): forget it.
    void abandon();
}
