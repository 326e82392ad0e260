package io.postern.km;

import io.postern.km.audit.AuditLine;
import java.util.Map;
import java.util.TreeMap;

/// What was asked, for the audit: its hash is in the line, so that who has the request can show
/// that it was this one. Nothing secret.
///
/// @param act such as `issue`
/// @param subject what it is done to
/// @param facts all else that was asked
record Request(String act, String subject, Map<String, String> facts) {
    Request {
        facts = Map.copyOf(facts);
    }

    String hash() {
        var all = new TreeMap<>(facts);
        all.put("act", act);
        all.put("subject", subject);
        return AuditLine.requestHash(all);
    }
}
