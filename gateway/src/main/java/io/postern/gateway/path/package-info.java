/// The path of a message from the first command to the 250: who may, whose it is, what is added,
/// signed, and kept.
@NullMarked
package io.postern.gateway.path;

import org.jspecify.annotations.NullMarked;
