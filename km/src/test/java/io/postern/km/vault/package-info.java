@NullMarked
package io.postern.km.vault;

import org.jspecify.annotations.NullMarked;
