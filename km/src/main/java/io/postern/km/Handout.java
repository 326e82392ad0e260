package io.postern.km;

/// Where the files of an act go, in two steps, so that no crash leaves a certificate whose key
/// nobody has: before the act is committed they are kept where nobody takes them for whole, and
/// when it stands they are shown.
public interface Handout {
    /// For who takes the files from what the act returns, and can bear to lose them.
    Handout NOWHERE =
            new Handout() {
                @Override
                public void keep(KeyFiles files) {}

                @Override
                public void show(KeyFiles files) {}
            };

    /// Puts them on stable storage; called before the commit, by several threads when there are
    /// many files. What it throws ends the act.
    ///
    /// @param files the caller closes them
    void keep(KeyFiles files);

    /// The act stands, in the database and in the audit.
    ///
    /// @param files that were kept; the caller closes them
    void show(KeyFiles files);
}
