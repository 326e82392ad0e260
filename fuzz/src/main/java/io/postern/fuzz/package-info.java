/// What the fuzz targets share. Each target stands in the package whose parser it feeds.
@NullMarked
package io.postern.fuzz;

import org.jspecify.annotations.NullMarked;
