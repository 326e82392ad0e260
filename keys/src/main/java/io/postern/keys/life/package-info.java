/// The life of DKIM keys: when they are published, sign, retire and go. No key signs that the world
/// cannot see, and none goes while mail that it signed is on its way.
@NullMarked
package io.postern.keys.life;

import org.jspecify.annotations.NullMarked;
