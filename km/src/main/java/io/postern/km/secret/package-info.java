/// What a secret is made of while it is in memory ([Secret]), and the one exception of key
/// management.
@NullMarked
package io.postern.km.secret;

import org.jspecify.annotations.NullMarked;
