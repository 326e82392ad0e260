/// Look-ups in the DNS beside the dialogue.
@NullMarked
package io.postern.gateway.lookups;

import org.jspecify.annotations.NullMarked;
