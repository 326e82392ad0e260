/// Who may hand in what: checks asked at each step of the dialogue, each with its own reply.
@NullMarked
package io.postern.gateway.policy;

import org.jspecify.annotations.NullMarked;
