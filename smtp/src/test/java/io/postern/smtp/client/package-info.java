@NullMarked
package io.postern.smtp.client;

import org.jspecify.annotations.NullMarked;
