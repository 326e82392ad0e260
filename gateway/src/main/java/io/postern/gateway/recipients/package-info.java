/// Who of ours takes mail from outside, and where that is known from.
@NullMarked
package io.postern.gateway.recipients;

import org.jspecify.annotations.NullMarked;
