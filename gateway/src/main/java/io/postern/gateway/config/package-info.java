/// The configuration file: what it may say, how it is read, and the page that describes it.
@NullMarked
package io.postern.gateway.config;

import org.jspecify.annotations.NullMarked;
