package io.postern.auth.dmarc.report;

/// Bounds of one received report: anybody may send one. RFC 9990 §8.1.
///
/// @param compressed octets as they come
/// @param expanded octets of XML
/// @param ratio of the two, once more than a megabyte came out
/// @param entries of a zip that are looked at
/// @param records `record` elements
/// @param text characters of one value; the rest of it is dropped
public record ReportLimits(
        int compressed, int expanded, int ratio, int entries, int records, int text) {
    /// Ten megabytes as they come, 32 of XML: a large provider's report about a large domain has
    /// two. Reports of ten thousand alike rows shrink 60 times, deflate can do 1,032.
    public static final ReportLimits DEFAULT =
            new ReportLimits(10 << 20, 32 << 20, 250, 10, 100_000, 1_000);

    public ReportLimits {
        if (compressed < 1 || expanded < 1 || ratio < 1 || entries < 1 || records < 1 || text < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
