package io.postern.auth.dmarc;

import io.postern.auth.dmarc.DmarcRecord.Psd;

/// What is published for DMARC at one name of the tree. RFC 9989 §4.10 steps 2 and 6.
sealed interface Level {
    /// One policy record.
    record Published(DmarcRecord record) implements Level {}

    /// No policy record, or several, which are all discarded.
    ///
    /// @param exists whether the DNS showed that the domain exists
    record Nothing(boolean exists) implements Level {}

    /// One that was meant as a policy record and can't be read.
    record Unreadable(String why) implements Level {}

    /// Nothing is known now.
    record Failed(String why) implements Level {}

    /// Whether a walk stops here: at a record that says what it is, and where nothing can be
    /// learnt.
    default boolean stops() {
        return switch (this) {
            case Published(var record) -> record.psd() != Psd.UNSTATED;
            case Nothing _, Unreadable _ -> false;
            case Failed _ -> true;
        };
    }
}
