/// The perimeter's own checks, and the order in which all checks are asked.
@NullMarked
package io.postern.gateway.perimeter;

import org.jspecify.annotations.NullMarked;
