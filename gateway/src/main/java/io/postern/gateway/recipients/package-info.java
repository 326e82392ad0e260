/// Who in our domains takes mail: lists, files, directories, the inside server itself, or a list of
/// hashes pushed from the inside.
///
/// Every source gives one of three answers, and only "unknown by all of them" refuses: a source in
/// trouble is a 451, never a 550 and never an open door.
@NullMarked
package io.postern.gateway.recipients;

import org.jspecify.annotations.NullMarked;
