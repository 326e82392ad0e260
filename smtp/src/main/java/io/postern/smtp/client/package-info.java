/// The client: connections to other SMTP servers, and transactions over them.
///
/// [io.postern.smtp.client.SmtpConnection#open] throws [io.postern.smtp.client.SmtpClientException]
/// when there is no usable connection; [io.postern.smtp.client.SmtpConnection#send] throws nothing
/// that the peer or the network can cause, and says of each recipient what became of it. Whatever
/// is not a positive reply to the end of a message, or a 5yz, is temporary.
///
/// Which host to try, when to try again, how many connections to hold: none of that is here.
@NullMarked
package io.postern.smtp.client;

import org.jspecify.annotations.NullMarked;
