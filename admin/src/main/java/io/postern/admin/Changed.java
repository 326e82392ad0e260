package io.postern.admin;

/// How many entries of the queue an action changed.
public record Changed(int changed) {}
