/// What clients say of themselves, the HELO and the MAIL FROM identity (RFC 7208 §2.3, §2.4), and
/// what the DNS says of them.
@NullMarked
package io.postern.gateway.identities;

import org.jspecify.annotations.NullMarked;
