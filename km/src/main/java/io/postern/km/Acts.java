package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.ca.RevocationReason;
import io.postern.km.consent.Approver;
import io.postern.km.consent.Draft;
import io.postern.km.consent.Operation;
import io.postern.km.vault.Slot;
import io.postern.mail.Mailbox;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What each act asks for, in the form that approvers sign. The act itself makes the same of what
/// it was really told to do, and the two are compared.
public final class Acts {
    private Acts() {}

    private static String subject(Object address) {
        return Certificates.key(address.toString());
    }

    /// See [OpenVault#issue].
    public static Draft issue(IssueOrder order) {
        var parameters = order(order);
        parameters.put(
                "usages",
                order.usages().stream().map(Issuing::word).collect(Collectors.joining(",")));
        return new Draft("issue", subject(order.address()), parameters);
    }

    /// See [OpenVault#renew]: the usages are those that are there.
    public static Draft renew(IssueOrder order) {
        return new Draft("renew", subject(order.address()), order(order));
    }

    private static Map<String, String> order(IssueOrder order) {
        var parameters = new TreeMap<String, String>();
        parameters.put("key", order.kind().name());
        parameters.put("days", order.lifetime().toDays() + "");
        parameters.put("form", order.form().name());
        return parameters;
    }

    /// See [OpenVault#revoke].
    public static Draft revoke(Chosen chosen, RevocationReason reason) {
        return new Draft("revoke", subject(chosen), Map.of("reason", reason.name()));
    }

    /// See [OpenVault#hold].
    public static Draft hold(Chosen chosen) {
        return new Draft("hold", subject(chosen), Map.of());
    }

    /// See [OpenVault#release].
    public static Draft release(Chosen chosen) {
        return new Draft("release", subject(chosen), Map.of());
    }

    /// See [OpenVault#leave].
    public static Draft leave(String address) {
        return new Draft("leave", subject(address), Map.of());
    }

    /// See [OpenVault#recover].
    public static Draft recover(
            Mailbox address, Optional<String> serial, Pkcs12.Form form, RecoveredTo to) {
        var parameters = new TreeMap<String, String>();
        parameters.put("form", form.name());
        serial.ifPresent(text -> parameters.put("serial", new Chosen.Serial(text).serial()));
        parameters.putAll(to.parameters());
        return new Draft("recover", subject(address), parameters);
    }

    /// See [OpenVault#exportAuthority].
    public static Draft exportAuthority() {
        return new Draft("export-ca", "ca", Map.of());
    }

    /// See [Administrators#add].
    public static Draft addApprover(Approver approver) {
        return new Draft("add-approver", approver.name(), Map.of("public", approver.printed()));
    }

    /// See [Administrators#remove].
    public static Draft removeApprover(String name) {
        return new Draft("remove-approver", Approver.named(name), Map.of());
    }

    /// See [Administrators#set].
    public static Draft setPolicy(Map<Operation, Integer> numbers) {
        var parameters = new TreeMap<String, String>();
        numbers.forEach((operation, number) -> parameters.put(operation.word(), number + ""));
        return new Draft("set-policy", "policy", parameters);
    }

    /// See [OpenVault#addUnsealKey], [OpenVault#addPassphrase], [OpenVault#addPkcs11].
    public static Draft addSlot(Slot.Kind kind) {
        return new Draft("add-slot", kind.word(), Map.of());
    }

    /// See [OpenVault#addShares].
    public static Draft addShares(FoundingSettings.Quorum quorum) {
        return new Draft(
                "add-slot",
                Slot.Kind.SHARES.word(),
                Map.of("need", quorum.needed() + "", "of", quorum.of() + ""));
    }

    /// See [OpenVault#issueFor].
    public static Draft issueFor(RequestOrder order) {
        return new Draft(
                "issue-csr",
                subject(order.address()),
                Map.of(
                        "usage",
                        Issuing.word(order.usage()),
                        "days",
                        order.lifetime().toDays() + "",
                        "csr",
                        Hashes.sha256(order.request().copy()),
                        "escrow",
                        "none"));
    }

    /// See [OpenVault#invite].
    public static Draft invite(IssueOrder order, Duration valid) {
        var parameters = new TreeMap<>(issue(order).parameters());
        parameters.put("valid", valid.toString());
        return new Draft("invite", subject(order.address()), parameters);
    }

    /// See [OpenVault#cancelInvite].
    public static Draft cancelInvite(String address) {
        return new Draft("cancel-invite", subject(address), Map.of());
    }

    /// See [OpenVault#move].
    public static Draft move(X509Certificate to) {
        return new Draft("move", Keeping.fingerprint(to), Map.of());
    }

    /// See [OpenVault#stay].
    public static Draft stay() {
        return new Draft("stay", "here", Map.of());
    }

    /// See [OpenVault#anchor].
    public static Draft anchor(Optional<Path> file) {
        return new Draft("anchor", file.map(Keeping::absolute).orElse("none"), Map.of());
    }

    /// See [OpenVault#removeSlot].
    public static Draft removeSlot(int id) {
        return new Draft("remove-slot", id + "", Map.of());
    }
}
