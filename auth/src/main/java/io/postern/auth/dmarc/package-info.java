/// DMARC: which policy applies to an author domain, and whether a message is aligned with it. RFC
/// 9989. What was chosen where the RFC leaves a choice: decision 0014.
@NullMarked
package io.postern.auth.dmarc;

import org.jspecify.annotations.NullMarked;
