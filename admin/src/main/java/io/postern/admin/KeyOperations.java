package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import io.postern.gateway.signing.KeyDesk;
import io.postern.keys.DkimKey;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.Outcome;
import io.postern.keys.life.Finding;
import io.postern.keys.life.Looked;
import io.postern.mail.Domain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The operations on DKIM keys, in the words of the control API.
final class KeyOperations {
    private static final String BY_OPERATOR = "an operator asked for it";

    private final KeyDesk desk;

    KeyOperations(KeyDesk desk) {
        this.desk = desk;
    }

    List<KeyView> list(Optional<Domain> domain) {
        var keys = desk.keys();
        return domain.map(keys::list).orElseGet(keys::list).stream().map(this::view).toList();
    }

    List<KeyView> make(NewKeys request) {
        return views(
                desk.create(
                        new DkimKeys.Wish(
                                request.domain(),
                                request.algorithms().isEmpty()
                                        ? usable(request.domain())
                                        : types(request.algorithms()),
                                request.selector(),
                                request.bits().orElseGet(desk::bits),
                                BY_OPERATOR)));
    }

    KeyView take(ImportedKey request) {
        return view(done(desk.importKey(request.domain(), request.selector(), request.pem())));
    }

    KeyView activate(KeyName name) {
        return view(
                done(
                        desk.activate(
                                domain(name.domain()),
                                name.selector().toLowerCase(Locale.ROOT),
                                "an operator put it to use without a look at the DNS")));
    }

    List<KeyView> rotate(Rotation rotation) {
        var domain = domain(rotation.domain());
        var types =
                rotation.algorithms().isEmpty()
                        ? inUse(domain, rotation.compromised())
                        : types(rotation.algorithms());
        if (types.isEmpty()) {
            throw new OperationException(
                    Kind.REFUSED,
                    domain.name() + " has no key that signs, so there is none to replace",
                    "make one with `postern dkim new " + domain.name() + "`");
        }
        return views(desk.rotate(domain, types, rotation.compromised(), BY_OPERATOR));
    }

    /// The types to rotate when none is named. A stolen key need not sign at the moment: as long as
    /// its record is in the DNS, or comes back there, the thief can.
    private Set<KeyType> inUse(Domain domain, boolean compromised) {
        return compromised
                ? desk.keys().list(domain).stream()
                        .filter(key -> key.state().record() == DkimKey.Shown.KEY)
                        .map(DkimKey::type)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(KeyType.class)))
                : active(domain);
    }

    /// Of a domain in any form; all when it has none, which is told elsewhere.
    private Set<KeyType> usable(String domain) {
        return Domain.parse(domain).map(desk::types).orElse(EnumSet.allOf(KeyType.class));
    }

    private Set<KeyType> active(Domain domain) {
        var usable = desk.types(domain);
        return desk.keys().signingKeys(domain).stream()
                .map(ready -> ready.key().type())
                .filter(usable::contains)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(KeyType.class)));
    }

    KeyView retire(KeyName name) {
        return view(
                done(
                        desk.retire(
                                domain(name.domain()),
                                name.selector().toLowerCase(Locale.ROOT),
                                BY_OPERATOR)));
    }

    List<KeyCheckView> check(Optional<Domain> domain) {
        var stranger = domain.filter(one -> !desk.isOurs(one));
        if (stranger.isPresent()) {
            throw new OperationException(
                    Kind.REFUSED,
                    stranger.get().name() + " is not a domain of this gateway",
                    "add a [[domain]] with that name to the configuration");
        }
        var domains = domain.map(Set::of).orElseGet(desk.keys()::domains);
        var checked = new ArrayList<KeyCheckView>();
        done(desk.examine(domains))
                .values()
                .forEach(looks ->
                        looks.entrySet().stream()
                                .sorted(Comparator.comparing(entry -> entry.getKey().selector()))
                                .map(entry -> check(entry.getKey(), entry.getValue()))
                                .forEach(checked::add));
        return checked;
    }

    private KeyCheckView check(DkimKey key, Looked looked) {
        return switch (looked) {
            case Looked.Right(_, var remarks) ->
                    new KeyCheckView(view(key), "right", findings(remarks));
            case Looked.Wrong wrong ->
                    new KeyCheckView(view(key), "wrong", findings(wrong.findings()));
            case Looked.Unknown(var why) ->
                    new KeyCheckView(
                            view(key),
                            "unknown",
                            List.of(new KeyCheckView.Finding("not-checked", why)));
        };
    }

    private static List<KeyCheckView.Finding> findings(List<Finding> findings) {
        return findings.stream()
                .map(one ->
                        new KeyCheckView.Finding(
                                one.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                                one.words()))
                .distinct()
                .toList();
    }

    private static Set<KeyType> types(Set<String> words) {
        var known = EnumSet.noneOf(KeyType.class);
        var rest = new HashSet<>(words);
        for (var algorithm : KeyType.values()) {
            if (rest.remove(algorithm.tag())) {
                known.add(algorithm);
            }
        }
        if (!rest.isEmpty()) {
            throw OperationException.invalid(
                    "there is no algorithm " + rest.iterator().next(), "use rsa or ed25519");
        }
        return known;
    }

    private static Domain domain(String name) {
        return Domain.parse(name)
                .orElseThrow(() ->
                        OperationException.invalid(
                                "not a domain: " + name, "give one such as example.com"));
    }

    private static <T> T done(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var why) -> throw new OperationException(Kind.REFUSED, why, "");
        };
    }

    private List<KeyView> views(Outcome<List<DkimKey>> outcome) {
        return done(outcome).stream().map(this::view).toList();
    }

    private KeyView view(DkimKey key) {
        var record = desk.record(key);
        var last = key.history().getLast();
        return new KeyView(
                key.domain().name(),
                key.selector(),
                key.type().tag(),
                key.bits(),
                key.state().word(),
                key.createdAt(),
                last.at(),
                last.cause(),
                key.sight().seenAt(),
                key.sight().words(),
                key.withoutDns(),
                key.compromised(),
                desk.isOurs(key.domain()),
                record.name().equals(key.recordName())
                        ? Optional.empty()
                        : Optional.of(key.recordName()),
                record.name(),
                record.text(),
                record.strings(),
                record.zoneLine(),
                key.history().stream()
                        .map(one -> new KeyView.Step(one.state().word(), one.at(), one.cause()))
                        .toList());
    }
}
