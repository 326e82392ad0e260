/// The published pages.
@NullMarked
package io.postern.km.ldap;

import org.jspecify.annotations.NullMarked;
