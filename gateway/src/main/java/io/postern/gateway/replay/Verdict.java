package io.postern.gateway.replay;

import io.postern.gateway.seen.Fate;
import java.util.List;

/// What replay says of one message.
public sealed interface Verdict {
    /// It would be treated as it was, as far as the checks that are asked again go.
    record Same() implements Verdict {}

    /// It would be treated otherwise.
    ///
    /// @param now how
    /// @param why the reply, or what the checks concluded; may be empty when nobody had a word to
    ///   say
    record Otherwise(Fate now, String why) implements Verdict {}

    /// Something wanted what was not kept.
    ///
    /// @param why each once; not empty
    record CantTell(List<String> why) implements Verdict {
        public CantTell {
            why = List.copyOf(why);
        }
    }

    /// It was refused by what is not asked again, so there is nothing to compare with.
    record NotCompared(String rule) implements Verdict {}
}
