/// The grammar of commands and replies. Pure.
@NullMarked
package io.postern.smtp;

import org.jspecify.annotations.NullMarked;
