/// How much one client may ask of what is open to strangers.
@NullMarked
package io.postern.km.limits;

import org.jspecify.annotations.NullMarked;
