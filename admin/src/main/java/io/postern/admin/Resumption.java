package io.postern.admin;

/// Asks that a suspended account may send again.
///
/// @param account a user's name, or a client's address
/// @param asUsual whether what it sent is usual from now on
public record Resumption(String account, boolean asUsual) {}
