/// The published pages.
@NullMarked
package io.postern.km.http;

import org.jspecify.annotations.NullMarked;
