@NullMarked
package io.postern.keys;

import org.jspecify.annotations.NullMarked;
