package io.postern.mail;

/// Bounds of one header section.
///
/// @param maxBytes octets in all, CRLFs included
/// @param maxFields fields in all
public record HeaderLimits(int maxBytes, int maxFields) {
    /// 256 KiB and 1,000 fields: more than any mail of good will has.
    public static final HeaderLimits DEFAULT = new HeaderLimits(256 * 1024, 1000);

    public HeaderLimits {
        if (maxBytes < 1 || maxFields < 1) {
            throw new IllegalArgumentException("header limits must be positive");
        }
    }
}
