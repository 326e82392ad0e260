package io.postern.gateway.takeover;

import java.nio.file.Path;

/// Where the old set-up has a private key.
sealed interface KeySource {
    /// In a file, named as on the old machine.
    record InFile(Path file) implements KeySource {
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /// In the table itself: PEM or base64.
    record Inline(String text) implements KeySource {
        /// Masked.
        @Override
        public String toString() {
            return "(in the table)";
        }
    }
}
