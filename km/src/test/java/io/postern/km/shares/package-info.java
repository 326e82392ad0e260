@NullMarked
package io.postern.km.shares;

import org.jspecify.annotations.NullMarked;
