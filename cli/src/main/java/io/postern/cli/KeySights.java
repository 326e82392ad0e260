package io.postern.cli;

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
import java.util.List;
import java.util.Locale;

/// What one resolver shows of the records of our keys.
final class KeySights {
    private final Resolver dns;

    KeySights(Resolver dns) {
        this.dns = dns;
    }

    /// All that are not gone from the DNS, in the same order.
    List<OwnKey> of(List<KeyView> keys) {
        var ours = keys.stream().map(KeySights::key).toList();
        return ours.stream()
                .filter(key -> key.state() != DkimKey.State.REMOVED)
                .map(key -> own(keys.get(ours.indexOf(key)), key, ours))
                .toList();
    }

    /// As yet unseen: what a key needs that was made just now.
    static OwnKey unseen(KeyView view) {
        return own(view, new OwnKey.Sight.Unknown("not looked at"));
    }

    private OwnKey own(KeyView view, DkimKey key, List<DkimKey> ours) {
        return own(
                view,
                switch (dns.txt(view.name())) {
                    case Answer.TemporaryFailure<String>(var why) -> new OwnKey.Sight.Unknown(why);
                    case Answer.NoSuchName<String>(), Answer.NoData<String>() ->
                            key.state().record() == DkimKey.Shown.KEY
                                    ? wrong(List.of("there is no TXT record " + view.name()))
                                    : new OwnKey.Sight.Right(List.of());
                    case Answer.Records<String>(var texts, _, _) -> sight(view, key, texts, ours);
                });
    }

    private static OwnKey own(KeyView view, OwnKey.Sight sight) {
        return new OwnKey(
                view.selector(),
                view.algorithm().equals("rsa") ? "RSA " + view.bits() : "Ed25519",
                view.state(),
                false,
                view.zone(),
                sight);
    }

    private static OwnKey.Sight wrong(List<String> faults) {
        return new OwnKey.Sight.Wrong(faults);
    }

    private static OwnKey.Sight sight(
            KeyView view, DkimKey key, List<String> texts, List<DkimKey> ours) {
        if (key.state().record() == DkimKey.Shown.KEY) {
            var read = RecordReading.key(key, view.name(), texts, ours);
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
                ? wrong(List.of(view.name() + " still shows a key, though ours is revoked"))
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
