package io.postern.auth.dmarc.report;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What a failure report says about one message. RFC 9991, RFC 6591 §3, RFC 5965 §3.
///
/// @param feedbackType `auth-failure` for what RFC 6591 describes; others are other reports
/// @param userAgent the program that reports
/// @param authFailure such as `dmarc`, `dkim`, `spf`; RFC 6591 §3.3
/// @param identityAlignment the mechanisms that did not authenticate an aligned identity
/// @param arrivalDate as it came
/// @param originalMailFrom as it came
/// @param deliveryResult such as `delivered`, `policy`, `reject`
/// @param reportedDomains in lower case
/// @param incidents how many alike this one stands for; 1 when not said
/// @param subject of the message reported; empty when it was not returned
public record FailureReport(
        String feedbackType,
        Optional<String> userAgent,
        List<String> authFailure,
        List<String> identityAlignment,
        Optional<InetAddress> source,
        Optional<String> arrivalDate,
        Optional<String> originalMailFrom,
        Optional<String> deliveryResult,
        List<String> reportedDomains,
        Optional<String> dkimDomain,
        Optional<String> dkimSelector,
        Optional<String> authenticationResults,
        long incidents,
        Optional<String> subject) {
    public FailureReport {
        authFailure = List.copyOf(authFailure);
        identityAlignment = List.copyOf(identityAlignment);
        reportedDomains = List.copyOf(reportedDomains);
    }
}
