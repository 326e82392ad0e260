/// The audit: one line an act, each with the hash of the one before, in the database and in a file,
/// with signed checkpoints. [AuditVerification] finds what was changed, cut off or taken back.
@NullMarked
package io.postern.km.audit;

import org.jspecify.annotations.NullMarked;
