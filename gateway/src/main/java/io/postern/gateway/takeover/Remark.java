package io.postern.gateway.takeover;

/// Something of the old set-up that an operator should look at.
///
/// @param place `file:line`, the file as the old set-up names it
/// @param what the setting, as written and cut to a line
/// @param remedy what to do; empty when nothing needs to be done
public record Remark(Kind kind, String place, String what, String why, String remedy) {
    /// How much of it was taken over.
    public enum Kind {
        /// Nothing of it: the gateway can't do that.
        NO_EQUIVALENT("no equivalent"),
        /// It was taken over, and does not mean quite the same.
        OTHERWISE("otherwise"),
        /// It can't be read, or makes no sense.
        PROBLEM("problem");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /// For a list.
        public String words() {
            return words;
        }
    }

    /// One line.
    @Override
    public String toString() {
        return place + ": " + what + ": " + why + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
