/// How much may come from whom in how long: token buckets that outlive the process.
@NullMarked
package io.postern.gateway.rates;

import org.jspecify.annotations.NullMarked;
