@NullMarked
package io.postern.admin;

import org.jspecify.annotations.NullMarked;
