@NullMarked
package io.postern.gateway;

import org.jspecify.annotations.NullMarked;
