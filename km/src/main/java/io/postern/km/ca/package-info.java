/// The certificate authority's pure part: certificates, revocation lists, OCSP answers and PKCS#12
/// files from keys and facts. The clock and randomness are arguments; nothing is kept here.
@NullMarked
package io.postern.km.ca;

import org.jspecify.annotations.NullMarked;
