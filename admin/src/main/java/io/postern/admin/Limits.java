package io.postern.admin;

/// Bounds of the control API. Whoever asks is trusted; these keep a mistake from filling memory.
public final class Limits {
    /// Entries of one page.
    public static final int PAGE = 10_000;

    /// Messages seen of one page: at most 24 KiB each.
    public static final int SEEN = 1_000;

    /// Messages of one search.
    public static final int TRACK = 1_000;

    /// Octets of a request's body: an import of a 4096-bit key is 4 KB.
    public static final int REQUEST_OCTETS = 64 * 1024;

    /// Octets of an answer that a client takes: a full page is about 4 MB.
    public static final int ANSWER_OCTETS = 64 * 1024 * 1024;

    private Limits() {}
}
