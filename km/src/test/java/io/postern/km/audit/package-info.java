@NullMarked
package io.postern.km.audit;

import org.jspecify.annotations.NullMarked;
