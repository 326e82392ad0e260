package io.postern.admin;

import java.util.List;

/// What is known of one recipient.
///
/// @param normal the form in which it was compared
/// @param result `known`, `unknown` or `unavailable`: taken, refused with 550, put off with 451
/// @param source where that is from, with its age
/// @param sources what each source of the domain says; empty when none had to be asked
public record RecipientView(
        String address, String normal, String result, String source, List<Said> sources) {
    /// What one source says.
    public record Said(String result, String source) {}

    public RecipientView {
        sources = List.copyOf(sources);
    }
}
