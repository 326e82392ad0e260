@NullMarked
package io.postern.km.secret;

import org.jspecify.annotations.NullMarked;
