@NullMarked
package io.postern.km;

import org.jspecify.annotations.NullMarked;
