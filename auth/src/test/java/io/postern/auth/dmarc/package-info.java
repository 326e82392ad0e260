@NullMarked
package io.postern.auth.dmarc;

import org.jspecify.annotations.NullMarked;
