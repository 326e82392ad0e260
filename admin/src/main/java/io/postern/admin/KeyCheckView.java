package io.postern.admin;

import java.util.List;

/// What the DNS shows of a key's record.
///
/// @param verdict `right`, `wrong` or `unknown`
/// @param findings what is wrong or doubtful, and what to do
public record KeyCheckView(KeyView key, String verdict, List<Finding> findings) {
    /// One of them.
    ///
    /// @param kind a word for scripts, such as `missing`
    public record Finding(String kind, String words) {}
}
