@NullMarked
package io.postern.store;

import org.jspecify.annotations.NullMarked;
