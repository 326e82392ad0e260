/// What another configuration would have done with the messages of the last days.
@NullMarked
package io.postern.gateway.replay;

import org.jspecify.annotations.NullMarked;
