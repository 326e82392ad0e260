@NullMarked
package io.postern.gateway.takeover;

import org.jspecify.annotations.NullMarked;
