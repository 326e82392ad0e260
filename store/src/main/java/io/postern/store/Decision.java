package io.postern.store;

import java.util.Map;

/// One entry of a message's decision record: what was looked at, and what was concluded.
///
/// @param check which check, a short stable word such as `relay`, `author-domain`, `dkim-sign`
/// @param conclusion in words an operator can read out
/// @param inputs what it looked at, in order; never bodies, credentials or keys
public record Decision(String check, String conclusion, Map<String, String> inputs) {}
