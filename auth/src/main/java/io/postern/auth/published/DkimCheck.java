package io.postern.auth.published;

import io.postern.auth.dkim.HashAlgorithm;
import io.postern.auth.dkim.KeyRecord;
import io.postern.dns.Answer;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The keys of a domain: ours, and those of other machines whose selectors were named.
final class DkimCheck {
    /// RFC 8301 §3.2: verifiers MUST NOT take shorter ones, signers MUST use at least these.
    private static final int LEAST_BITS = 1024;

    /// RFC 8301 §3.2: signers SHOULD use at least these.
    private static final int GOOD_BITS = 2048;

    /// RFC 8301 §3.2 asks verifiers for 4096.
    private static final int MOST_BITS = 8192;

    private final Subject subject;
    private final Asking dns;
    private final Findings findings;

    DkimCheck(Subject subject, Asking dns, Findings findings) {
        this.subject = subject;
        this.dns = dns;
        this.findings = findings;
    }

    void check() {
        var signing = subject.gateway().flatMap(Subject.Gateway::signing);
        if (signing.isPresent() && !signing.get().looks()) {
            findings.warning(
                    Topic.DKIM,
                    "check = \"off\": keys sign whether or not the DNS shows their records, and the"
                            + " gateway does not notice when one vanishes");
        }
        subject.keys().forEach(this::own);
        if (subject.keys().stream().noneMatch(OwnKey::signs)) {
            signing.ifPresent(this::unsigned);
        }
        if (subject.keys().isEmpty() && subject.selectors().isEmpty() && signing.isEmpty()) {
            findings.advice(
                    Topic.DKIM,
                    "no key is known here, and the DNS tells no list of them: name those of other"
                            + " machines with --selector");
        }
        subject.selectors().forEach(this::other);
    }

    /// The gateway is to sign, and can't yet.
    private void unsigned(Subject.Signing signing) {
        var mail = ", so mail of the domain " + signing.withoutKey().words();
        if (subject.keys().isEmpty()) {
            findings.error(
                    Topic.DKIM,
                    "there is no key%s: `postern domain add %s`".formatted(mail, subject.domain()));
        } else if (!signing.looks()) {
            findings.warning(
                    Topic.DKIM,
                    "no key is active yet" + mail + " until the gateway runs and puts one to use");
        } else if (subject.keys().stream()
                .anyMatch(key -> key.sight() instanceof OwnKey.Sight.Right)) {
            findings.warning(
                    Topic.DKIM,
                    "no key is active yet"
                            + mail
                            + " until the gateway has seen one for long enough");
        } else {
            findings.error(Topic.DKIM, "no key is active" + mail + " until one is in the DNS");
        }
    }

    private void own(OwnKey key) {
        var what = "%s (%s, %s)".formatted(key.selector(), key.kind(), key.state());
        if (key.signs() && key.unseen() && !(key.sight() instanceof OwnKey.Sight.Wrong)) {
            findings.warning(
                    Topic.DKIM,
                    what
                            + " signs, though the gateway has never seen its record: it was put to use"
                            + " without a look at the DNS");
        }
        switch (key.sight()) {
            case OwnKey.Sight.Right(var remarks) -> {
                if (remarks.isEmpty()) {
                    findings.ok(Topic.DKIM, what + ": the DNS shows what it should");
                }
                for (var remark : remarks) {
                    findings.warning(Topic.DKIM, what + ": " + remark, key.zoneLine());
                }
            }
            case OwnKey.Sight.Wrong(var faults) -> {
                for (var fault : faults) {
                    wrong(key, what, fault);
                }
            }
            case OwnKey.Sight.Unknown(var why) ->
                    findings.unknown(Topic.DKIM, what + ": its record", why);
        }
    }

    private void wrong(OwnKey key, String what, String fault) {
        switch (key.state()) {
            case "active" ->
                    findings.error(
                            Topic.DKIM,
                            what
                                    + " signs"
                                    + (key.unseen() ? ", though it was never seen" : "")
                                    + ", and receivers can't verify: "
                                    + fault,
                            key.zoneLine());
            case "revoked" -> findings.advice(Topic.DKIM, what + ": " + fault, key.zoneLine());
            case "created" ->
                    findings.warning(
                            Topic.DKIM, what + " waits for its record: " + fault, key.zoneLine());
            default -> findings.warning(Topic.DKIM, what + ": " + fault, key.zoneLine());
        }
    }

    private void other(String selector) {
        var name = selector.toLowerCase(Locale.ROOT) + "._domainkey." + subject.domain();
        if (Domain.parse(name).isEmpty()) {
            findings.error(Topic.DKIM, Texts.brief(selector) + " is no selector");
            return;
        }
        switch (dns.txt(name)) {
            case Answer.NoSuchName<String>(), Answer.NoData<String>() ->
                    findings.error(
                            Topic.DKIM,
                            "there is no TXT record " + name + ": what it signs can't be verified");
            case Answer.TemporaryFailure<String>(var why) ->
                    findings.unknown(Topic.DKIM, name, why);
            case Answer.Records<String>(var texts, _, _) -> {
                if (texts.size() > 1) {
                    findings.error(
                            Topic.DKIM,
                            "%s has %d TXT records where one belongs (RFC 6376 §3.6.2.2)"
                                    .formatted(name, texts.size()));
                } else {
                    record(name, texts.getFirst());
                }
            }
        }
    }

    private void record(String name, String text) {
        switch (KeyRecord.parse(text)) {
            case KeyRecord.Parsed.Bad(var why) ->
                    findings.error(
                            Topic.DKIM,
                            "%s is no key record (%s): \"%s\""
                                    .formatted(name, why, Texts.brief(text)));
            case KeyRecord.Parsed.Ok(var record) when record.isRevoked() ->
                    findings.advice(
                            Topic.DKIM,
                            name
                                    + " is revoked: remove it once nothing that it signed is under way");
            case KeyRecord.Parsed.Ok(var record) -> key(name, text, record);
        }
    }

    private void key(String name, String text, KeyRecord record) {
        int before = findings.all().size();
        switch (record.strength(MOST_BITS)) {
            case KeyRecord.Strength.None(var why) ->
                    findings.error(Topic.DKIM, name + " can't be used: " + why);
            case KeyRecord.Strength.Bits(int bits) -> length(name, record, bits);
        }
        var repaired = restrictions(name, text, record);
        if (record.isTesting()) {
            findings.warning(
                    Topic.DKIM,
                    name + " says t=y: receivers may treat what it signs as unsigned",
                    ZoneLine.txt(name, withoutTesting(repaired, record)));
        }
        if (findings.all().size() == before) {
            findings.ok(Topic.DKIM, name + ": a key that can be used");
        }
    }

    private void length(String name, KeyRecord record, int bits) {
        if (!record.keyType().equalsIgnoreCase("rsa") || bits >= GOOD_BITS) {
            return;
        }
        var what = name + " is an RSA key of " + bits + " bits: ";
        if (bits < LEAST_BITS) {
            findings.error(
                    Topic.DKIM,
                    what
                            + "receivers take no signature by less than 1024 (RFC 8301 §3.2); make a new"
                            + " one of 2048");
        } else {
            findings.advice(Topic.DKIM, what + "make the next one of 2048 (RFC 8301 §3.2)");
        }
    }

    /// @return the text with all that was proposed: the last proposal for a record has everything
    private String restrictions(String name, String text, KeyRecord record) {
        var repaired = text;
        if (!record.isForEmail()) {
            repaired = Texts.without(repaired, "s");
            findings.error(
                    Topic.DKIM,
                    name
                            + " is not for e-mail: s="
                            + Texts.brief(String.join(":", record.services())),
                    ZoneLine.txt(name, repaired));
        }
        if (!record.allows(HashAlgorithm.SHA256)) {
            repaired = Texts.without(repaired, "h");
            findings.error(
                    Topic.DKIM,
                    "%s allows h=%s alone, and receivers take nothing but sha256 (RFC 8301 §3.1)"
                            .formatted(
                                    name,
                                    Texts.brief(
                                            String.join(":", record.hashes().orElse(List.of())))),
                    ZoneLine.txt(name, repaired));
        } else if (record.hashes().isPresent()
                && record.hashes().get().stream().anyMatch("sha1"::equalsIgnoreCase)) {
            repaired = Texts.without(repaired, "h");
            findings.advice(
                    Topic.DKIM,
                    name + " still allows h=sha1, which must not be used (RFC 8301 §3.1)",
                    ZoneLine.txt(name, repaired));
        }
        return repaired;
    }

    private static String withoutTesting(String text, KeyRecord record) {
        var others = new ArrayList<>(record.flags());
        others.removeIf("y"::equalsIgnoreCase);
        return others.isEmpty()
                ? Texts.without(text, "t")
                : Texts.with(text, "t", String.join(":", others));
    }
}
