@NullMarked
package io.postern.km.consent;

import org.jspecify.annotations.NullMarked;
