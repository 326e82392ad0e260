package io.postern.keys.life;

import io.postern.keys.DkimKey;
import io.postern.mail.Domain;
import java.util.Optional;

/// Something that happened in the life of a domain's keys.
///
/// @param words what, and what to do about it
public record LifeEvent(Kind kind, Domain domain, Optional<DkimKey> key, String words) {
    /// What happened.
    public enum Kind {
        /// A key was made.
        MADE(false),
        /// A key came into another state.
        MOVED(false),
        /// A record that keys on their way depend on is no longer in the DNS.
        VANISHED(true),
        /// No key of the domain can sign.
        NO_KEY(true),
        /// A record could not be published.
        NOT_PUBLISHED(true),
        /// Somebody has to put a record into the DNS, change it or take it out.
        BY_HAND(false);

        private final boolean grave;

        Kind(boolean grave) {
            this.grave = grave;
        }

        /// Whether mail is affected, or will be.
        public boolean isGrave() {
            return grave;
        }
    }
}
