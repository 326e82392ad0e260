package io.postern.gateway.takeover;

import io.postern.keys.KeyType;
import io.postern.mail.Domain;
import java.util.List;

/// A private key of the old set-up.
///
/// @param domain `d=`, as written
/// @param selector `s=`, as written
/// @param source its file as the old set-up names it
/// @param place where the old set-up says so
public record OldKey(String domain, String selector, String source, String place, State state) {
    /// Whether it can be taken over.
    public sealed interface State {
        /// It can.
        ///
        /// @param bits 256 for Ed25519
        /// @param publicKey the value of `p=` that its record in the DNS has
        /// @param warnings what an operator should know all the same
        record Usable(
                Domain owner,
                KeyType type,
                int bits,
                String publicKey,
                Secret text,
                List<String> warnings)
                implements State {
            public Usable {
                warnings = List.copyOf(warnings);
            }
        }

        /// It can't.
        record Unusable(String why, String remedy) implements State {}
    }

    /// The text of a private key; masked when printed.
    public record Secret(String text) {
        @Override
        public String toString() {
            return "Secret[]";
        }
    }

    /// Where its record is in the DNS.
    public String recordName() {
        return selector + "._domainkey." + domain;
    }
}
