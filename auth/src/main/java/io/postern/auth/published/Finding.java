package io.postern.auth.published;

import java.util.Optional;

/// One thing found out about a domain.
///
/// @param words what, and what to do about it; a stranger's octets in it are made visible
/// @param record the record to publish, as one line of a zone file; when a record of that name and
///   type, and of that kind, is there, in its place
public record Finding(Level level, Topic topic, String words, Optional<String> record) {}
