@NullMarked
package io.postern.mail;

import org.jspecify.annotations.NullMarked;
