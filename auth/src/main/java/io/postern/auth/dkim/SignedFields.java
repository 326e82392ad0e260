package io.postern.auth.dkim;

import java.util.List;

/// Which header fields a signature covers. RFC 6376 §5.4.
///
/// @param oversigned every instance is signed, and the name stands in `h=` once more than there are
///   instances, so that none can be added unseen (RFC 6376 §8.15)
/// @param signed every instance is signed; more may be added above them on the way
public record SignedFields(List<String> oversigned, List<String> signed) {
    /// RFC 6376 §5.4.1 and practice.
    ///
    /// Oversigned is what a reader sees or what decides how the body is read. Not oversigned is
    /// what honest relays and lists add. Not signed at all is what they change: trace fields,
    /// Return-Path, Authentication-Results, Bcc.
    public static final SignedFields STANDARD =
            new SignedFields(
                    List.of(
                            "From",
                            "Reply-To",
                            "Subject",
                            "Date",
                            "To",
                            "Cc",
                            "Message-ID",
                            "In-Reply-To",
                            "References",
                            "MIME-Version",
                            "Content-Type",
                            "Content-Transfer-Encoding",
                            "Content-Disposition",
                            "Content-ID",
                            "Content-Description"),
                    List.of(
                            "Sender",
                            "List-Id",
                            "List-Help",
                            "List-Unsubscribe",
                            // RFC 8058 §4: the one-click field must be covered.
                            "List-Unsubscribe-Post",
                            "List-Subscribe",
                            "List-Post",
                            "List-Owner",
                            "List-Archive",
                            "Autocrypt",
                            "Resent-Date",
                            "Resent-From",
                            "Resent-Sender",
                            "Resent-To",
                            "Resent-Cc",
                            "Resent-Message-ID"));

    /// @throws IllegalArgumentException when From is in neither list (RFC 6376 §5.4: it MUST be
    ///   signed)
    public SignedFields {
        oversigned = List.copyOf(oversigned);
        signed = List.copyOf(signed);
        if (oversigned.stream().noneMatch("From"::equalsIgnoreCase)
                && signed.stream().noneMatch("From"::equalsIgnoreCase)) {
            throw new IllegalArgumentException("From must be signed");
        }
    }
}
