@NullMarked
package io.postern.auth.dmarc.report;

import org.jspecify.annotations.NullMarked;
