/// The directory: certificates by address, and the authorities' own, by LDAP. RFC 4511, RFC 4523.
/// Read-only, anonymous, open to strangers.
@NullMarked
package io.postern.km.ldap;

import org.jspecify.annotations.NullMarked;
