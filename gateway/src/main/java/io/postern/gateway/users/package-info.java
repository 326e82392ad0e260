/// Who may submit mail: users and their passwords, authentication, and which addresses are theirs.
@NullMarked
package io.postern.gateway.users;

import org.jspecify.annotations.NullMarked;
