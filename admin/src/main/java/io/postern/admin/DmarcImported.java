package io.postern.admin;

import java.time.Instant;
import java.util.List;

/// What became of a DMARC report that was brought in.
///
/// @param result `new`, `known`, or why it is not kept
/// @param remarks what was odd about it
public record DmarcImported(
        String result,
        String domain,
        String reporter,
        Instant begin,
        int rows,
        long messages,
        List<String> remarks) {
    /// Results of a report that is kept now.
    public static final String NEW = "new";

    public static final String KNOWN = "known";

    public DmarcImported {
        remarks = List.copyOf(remarks);
    }

    /// Whether it is kept, since now or before.
    public boolean kept() {
        return result.equals(NEW) || result.equals(KNOWN);
    }
}
