/// Suspends accounts that suddenly behave as if they were in wrong hands.
@NullMarked
package io.postern.gateway.guard;

import org.jspecify.annotations.NullMarked;
