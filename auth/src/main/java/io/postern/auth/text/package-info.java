/// What strangers wrote, made fit for people.
@NullMarked
package io.postern.auth.text;

import org.jspecify.annotations.NullMarked;
