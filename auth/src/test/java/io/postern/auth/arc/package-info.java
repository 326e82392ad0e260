@NullMarked
package io.postern.auth.arc;

import org.jspecify.annotations.NullMarked;
