@NullMarked
package io.postern.smtp.server;

import org.jspecify.annotations.NullMarked;
