/// Asking an LDAP directory: who takes mail, and who may submit it.
@NullMarked
package io.postern.gateway.directory;

import org.jspecify.annotations.NullMarked;
