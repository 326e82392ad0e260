@NullMarked
package io.postern.auth.authres;

import org.jspecify.annotations.NullMarked;
