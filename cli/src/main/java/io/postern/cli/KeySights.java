package io.postern.cli;

import io.postern.admin.KeyCheckView;
import io.postern.admin.KeyView;
import io.postern.auth.dkim.KeyRecord;
import io.postern.auth.published.OwnKey;
import io.postern.dns.Answer;
import io.postern.dns.Resolver;
import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import io.postern.keys.Sight;
import io.postern.keys.life.Finding;
import io.postern.keys.life.RecordReading;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the DNS shows of the records of our keys: on every authoritative server, as the gateway
/// looks at them, or else by one resolver.
final class KeySights {
    private final Resolver dns;

    KeySights(Resolver dns) {
        this.dns = dns;
    }

    /// All that are not gone from the DNS, in the same order.
    ///
    /// @param checks by the gateway; keys that are not among them are looked up here
    List<OwnKey> of(List<KeyView> keys, List<KeyCheckView> checks) {
        var ours = keys.stream().map(KeySights::key).toList();
        var all = new ArrayList<OwnKey>();
        for (int i = 0; i < ours.size(); i++) {
            var view = keys.get(i);
            var key = ours.get(i);
            if (key.state() != DkimKey.State.REMOVED) {
                all.add(
                        checks.stream()
                                .filter(check -> isOf(check.key(), view))
                                .findFirst()
                                .map(check -> own(view, sight(check)))
                                .orElseGet(() -> own(view, sight(key, ours))));
            }
        }
        return all;
    }

    private static boolean isOf(KeyView one, KeyView other) {
        return one.selector().equals(other.selector()) && one.created().equals(other.created());
    }

    private static OwnKey.Sight sight(KeyCheckView check) {
        var words = check.findings().stream().map(KeyCheckView.Finding::words).toList();
        return switch (check.verdict()) {
            case "right", "removed" -> new OwnKey.Sight.Right(words);
            case "wrong" -> new OwnKey.Sight.Wrong(words);
            default -> new OwnKey.Sight.Unknown(String.join("; ", words));
        };
    }

    /// As yet unseen: what a key needs that was made just now.
    static OwnKey unseen(KeyView view) {
        return own(view, new OwnKey.Sight.Unknown("not looked at"));
    }

    /// Aliases are followed, so a slot is looked up like any other.
    private OwnKey.Sight sight(DkimKey key, List<DkimKey> ours) {
        var name = key.recordName();
        return switch (dns.txt(name)) {
            case Answer.TemporaryFailure<String>(var why) -> new OwnKey.Sight.Unknown(why);
            case Answer.NoSuchName<String>(), Answer.NoData<String>() ->
                    key.state().record() == DkimKey.Shown.KEY
                            ? wrong(List.of("there is no TXT record " + name))
                            : new OwnKey.Sight.Right(List.of());
            case Answer.Records<String>(var texts, _, _) -> sight(name, key, texts, ours);
        };
    }

    private static OwnKey own(KeyView view, OwnKey.Sight sight) {
        return new OwnKey(
                view.selector(),
                view.algorithm().equals("rsa") ? "RSA " + view.bits() : "Ed25519",
                view.state(),
                view.withoutDns(),
                line(view),
                sight);
    }

    /// What the domain's own zone needs: of a slot the alias.
    private static String line(KeyView view) {
        return view.alias()
                .map(alias -> alias + ". IN CNAME " + view.name() + ".")
                .orElse(view.zone());
    }

    private static OwnKey.Sight wrong(List<String> faults) {
        return new OwnKey.Sight.Wrong(faults);
    }

    private static OwnKey.Sight sight(
            String name, DkimKey key, List<String> texts, List<DkimKey> ours) {
        if (key.state().record() == DkimKey.Shown.KEY) {
            var read = RecordReading.key(key, name, texts, ours);
            return read.faults().isEmpty()
                    ? new OwnKey.Sight.Right(words(read.remarks()))
                    : wrong(words(read.faults()));
        }
        boolean shown =
                texts.stream()
                        .anyMatch(text ->
                                KeyRecord.parse(text) instanceof KeyRecord.Parsed.Ok(var record)
                                        && !record.isRevoked());
        return shown
                ? wrong(List.of(name + " still shows a key, though ours is revoked"))
                : new OwnKey.Sight.Right(List.of());
    }

    private static List<String> words(List<Finding> findings) {
        return findings.stream().map(Finding::words).toList();
    }

    /// As far as a comparison with the DNS needs it.
    private static DkimKey key(KeyView view) {
        var state = DkimKey.State.valueOf(view.state().toUpperCase(Locale.ROOT));
        return new DkimKey(
                Domain.of(view.domain()),
                view.selector(),
                1,
                view.algorithm().equals("rsa") ? KeyType.RSA : KeyType.ED25519,
                view.bits(),
                KeyRecord.parse(view.text()) instanceof KeyRecord.Parsed.Ok(var record)
                        ? record.publicKey()
                        : "",
                view.created(),
                List.of(new DkimKey.StateChange(state, view.created(), "")),
                false,
                false,
                Sight.NONE);
    }
}
