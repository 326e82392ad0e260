/// What decided about each message of strangers, kept for a while so that another configuration can
/// be asked what it would have done.
@NullMarked
package io.postern.gateway.seen;

import org.jspecify.annotations.NullMarked;
