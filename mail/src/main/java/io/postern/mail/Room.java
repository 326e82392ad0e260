package io.postern.mail;

/// What a content may take of the machine while it is built. Whoever builds asks before it takes,
/// so that all contents together can be held to a bound.
///
/// For one thread, but [#unspool] for any: a content may be closed by another than built it.
public interface Room {
    /// Asks for so many octets of memory more.
    ///
    /// @return false when there are none to be had: then nothing was taken
    boolean take(int octets);

    /// Gives octets of memory back. Those of a content that was finished are not given back by it:
    /// whoever made this room knows how long the content is kept.
    void give(int octets);

    /// Asks for so many octets of disk more.
    ///
    /// @return false when there are none to be had: then nothing was taken
    boolean spool(int octets);

    /// Gives octets of disk back: their file is deleted.
    void unspool(long octets);

    /// All that the machine has.
    static Room unbounded() {
        return Unbounded.INSTANCE;
    }

    /// For those who bound their contents in another way.
    enum Unbounded implements Room {
        INSTANCE;

        @Override
        public boolean take(int octets) {
            return true;
        }

        @Override
        public void give(int octets) {}

        @Override
        public boolean spool(int octets) {
            return true;
        }

        @Override
        public void unspool(long octets) {}
    }
}
