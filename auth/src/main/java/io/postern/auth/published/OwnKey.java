package io.postern.auth.published;

import java.util.List;

/// A DKIM key of ours, and what was seen of its record.
///
/// @param kind such as `RSA 2048`
/// @param state created, published, active, retiring, revoked
/// @param unseen whether it was put to use without having been seen in the DNS
/// @param zoneLine the record that should be there
public record OwnKey(
        String selector, String kind, String state, boolean unseen, String zoneLine, Sight sight) {
    /// What was seen.
    public sealed interface Sight {
        /// What should be there.
        record Right(List<String> remarks) implements Sight {
            public Right {
                remarks = List.copyOf(remarks);
            }
        }

        /// Something else, or nothing.
        record Wrong(List<String> faults) implements Sight {
            public Wrong {
                faults = List.copyOf(faults);
            }
        }

        /// Nothing is known now.
        record Unknown(String why) implements Sight {}
    }

    /// Whether mail is signed with it now.
    boolean signs() {
        return state.equals("active");
    }
}
