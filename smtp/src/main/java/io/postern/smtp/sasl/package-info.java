/// SASL (RFC 4422) from the server's side: the mechanisms as grammar and state machines. Pure: no
/// I/O and no clock; what is known of users is asked of an interface, and randomness is an
/// argument.
@NullMarked
package io.postern.smtp.sasl;

import org.jspecify.annotations.NullMarked;
