package io.postern.km.http;

import java.util.Optional;

/// What of a request is looked at beside its content.
///
/// @param path as it was sent, percent-encoded, without the query
/// @param query as it was sent, without its question mark
public record Asked(
        String method,
        String path,
        Optional<String> query,
        Optional<String> ifNoneMatch,
        Optional<String> ifModifiedSince) {}
