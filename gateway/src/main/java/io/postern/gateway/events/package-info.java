/// What the gateway tells the outside about what it does: mail events and figures.
@NullMarked
package io.postern.gateway.events;

import org.jspecify.annotations.NullMarked;
