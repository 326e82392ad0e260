@NullMarked
package io.postern.auth.published;

import org.jspecify.annotations.NullMarked;
