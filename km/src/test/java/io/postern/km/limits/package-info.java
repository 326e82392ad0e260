/// The published pages.
@NullMarked
package io.postern.km.limits;

import org.jspecify.annotations.NullMarked;
