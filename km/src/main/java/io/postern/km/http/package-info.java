/// What an authority publishes, by HTTP: lists, certificates, OCSP, look-up. No server: a request's
/// parts go in, a page comes out.
@NullMarked
package io.postern.km.http;

import org.jspecify.annotations.NullMarked;
