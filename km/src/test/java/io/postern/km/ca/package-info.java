/// What the certificate authority makes, judged by the JDK's validators.
@NullMarked
package io.postern.km.ca;

import org.jspecify.annotations.NullMarked;
