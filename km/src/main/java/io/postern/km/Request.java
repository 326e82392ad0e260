package io.postern.km;

import io.postern.km.audit.AuditLine;
import io.postern.km.consent.Draft;
import java.util.Map;
import java.util.TreeMap;

/// What was asked, for the audit: its hash is in the line, so that who has the request can show
/// that it was this one. Nothing secret.
///
/// @param act such as `issue`
/// @param subject what it is done to
/// @param facts all else that was asked, and what came of it
/// @param asked what approvers would have signed: compared with what they did
record Request(String act, String subject, Map<String, String> facts, Draft asked) {
    Request {
        facts = Map.copyOf(facts);
    }

    /// One whose facts are what was asked.
    Request(String act, String subject, Map<String, String> facts) {
        this(act, subject, facts, new Draft(act, subject, facts));
    }

    /// One that has no more to say than what was asked.
    static Request of(Draft asked) {
        return new Request(asked.act(), asked.subject(), asked.parameters(), asked);
    }

    String hash() {
        var all = new TreeMap<>(facts);
        all.put("act", act);
        all.put("subject", subject);
        return AuditLine.requestHash(all);
    }
}
