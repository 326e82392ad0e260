@NullMarked
package io.postern.auth.spf;

import org.jspecify.annotations.NullMarked;
