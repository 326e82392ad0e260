/// What is done to a message before it is kept: completed, made fit for the next hop, signed.
@NullMarked
package io.postern.gateway.treat;

import org.jspecify.annotations.NullMarked;
