/// Operators' rules: conditions in CEL over what is known of a session and a message.
@NullMarked
package io.postern.gateway.rules;

import org.jspecify.annotations.NullMarked;
