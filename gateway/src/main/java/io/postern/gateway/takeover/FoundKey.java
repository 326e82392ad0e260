package io.postern.gateway.takeover;

/// A key that the old set-up signs with.
record FoundKey(String domain, String selector, KeySource source, Place place) {}
