@NullMarked
package io.postern.auth.dkim;

import org.jspecify.annotations.NullMarked;
