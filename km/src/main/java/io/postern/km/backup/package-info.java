/// Backups of the KM server: one file that proves what it is, and the envelope it travels in to
/// another machine. What is private in it is sealed as it is in the folder.
@NullMarked
package io.postern.km.backup;

import org.jspecify.annotations.NullMarked;
