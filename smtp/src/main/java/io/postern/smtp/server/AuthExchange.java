package io.postern.smtp.server;

import io.postern.smtp.Reply;

/// One attempt to authenticate, from AUTH to its last reply. RFC 4954 §4.
///
/// Made by the [SessionHandler], asked on the session's thread only; it may block, bounded by
/// deadlines of its own. The client speaks first in every mechanism that is served, so the exchange
/// begins with a response.
@FunctionalInterface
public interface AuthExchange {
    /// What is answered to a response of the client.
    ///
    /// @param response decoded from base64; it may be empty and may hold any character, NUL
    ///   included
    Answer respond(String response);

    /// The exchange ended without a response: the client cancelled it, wrote what is none, or left.
    ///
    /// @param reply what is usual to say then; nobody hears it when the client has left
    default Answer abandoned(Reply reply) {
        return new Answer.Refuse(reply);
    }

    /// An answer to a response.
    sealed interface Answer {
        /// 334 and this text, in base64; the client responds again.
        record Challenge(String text) implements Answer {}

        /// 235: the session is this user's from now on.
        record Granted(String user) implements Answer {}

        /// The exchange is over without success; the session goes on.
        record Refuse(Reply reply) implements Answer {}

        /// The exchange is over without success, and so is the session.
        record Close(Reply reply) implements Answer {}
    }
}
