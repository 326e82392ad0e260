@NullMarked
package io.postern.gateway.authentication;

import org.jspecify.annotations.NullMarked;
