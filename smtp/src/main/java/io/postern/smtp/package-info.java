@NullMarked
package io.postern.smtp;

import org.jspecify.annotations.NullMarked;
