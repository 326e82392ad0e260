@NullMarked
package io.postern.smtp.sasl;

import org.jspecify.annotations.NullMarked;
