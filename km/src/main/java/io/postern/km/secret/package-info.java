/// What a secret is made of while it is in memory ([Secret]) and on paper ([Base32]), and the one
/// exception of key management.
@NullMarked
package io.postern.km.secret;

import org.jspecify.annotations.NullMarked;
