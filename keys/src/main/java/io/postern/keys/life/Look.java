package io.postern.keys.life;

import io.postern.keys.DkimKey;
import java.util.List;

/// How a key's record is looked at.
@FunctionalInterface
public interface Look {
    /// Blocks, within a bound. Never throws for what the DNS says.
    ///
    /// @param wanted what should be there
    /// @param ours all keys of the domain, whose texts are ours to overwrite
    Looked at(DkimKey key, DkimKey.Shown wanted, LifeRules rules, List<DkimKey> ours);
}
