package io.postern.admin;

/// Whose buckets are meant: an address, network, user or domain.
public record RateKey(String key) {}
