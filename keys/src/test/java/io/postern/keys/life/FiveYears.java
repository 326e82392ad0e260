package io.postern.keys.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.DkimKey.State;
import io.postern.keys.DkimKeys;
import io.postern.keys.KeyType;
import io.postern.keys.LightKeys;
import io.postern.keys.Outcome;
import io.postern.mail.Domain;
import io.postern.testkit.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/// Some domains for five years, with time as an argument: servers fail and lag, the process dies in
/// the middle of steps, operators rotate, forget, and remove what they should not. After each step
/// it is checked that what signs is in the DNS, and that mail on its way verifies.
final class FiveYears {
    private static final Duration YEARS = Duration.ofDays(5 * 365);
    private static final Duration QUEUE = Duration.ofDays(5);
    private static final Duration IN_FLIGHT = QUEUE.plus(LifeRules.ON_THE_WAY);
    private static final Domain SLOTS = Domain.of("dkim.example.net");

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// A message on its way.
    private record Message(String name, String publicKey, Instant until) {}

    private record Due(Instant at, int domain) {}

    private final int domains;
    private final Random random;
    private final TestClock clock = new TestClock(Instant.parse("2026-11-22T12:00:00Z"));
    private final LightKeys disk;
    private final List<SimulatedDns> dns = new ArrayList<>();
    private final List<Deque<Message>> inFlight = new ArrayList<>();

    /// Public keys that somebody removed or gave away: nothing is promised for them.
    private final Set<String> exempt = new HashSet<>();

    /// What operators who publish by hand have to do, and when they will.
    private final PriorityQueue<Chore> chores =
            new PriorityQueue<>(Comparator.comparing(Chore::at));

    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::at));
    private final Map<State, Integer> reached = new EnumMap<>(State.class);
    private DkimKeys keys;
    private KeyLife life;

    /// When each domain sends mail next, and when somebody does something to it.
    private final Instant[] posts;

    private final Instant[] interferences;
    private final Map<Integer, String> signed = new HashMap<>();
    private long deaths;
    private long verified;
    private long vanished;

    private record Chore(Instant at, int domain, Publisher.Change change) {}

    FiveYears(int domains, long seed) {
        this.domains = domains;
        random = new Random(seed);
        disk = new LightKeys(random);
        posts = new Instant[domains];
        interferences = new Instant[domains];
        keys = disk.open(clock);
        life = life();
    }

    private KeyLife life() {
        return new KeyLife(
                keys,
                new KeyLife.Means(
                        domain -> Optional.of(rules(number(domain))),
                        domain -> change -> publish(number(domain), change),
                        (key, wanted, rules, ours) ->
                                new DnsLook(dns.get(number(key.domain()))::survey)
                                        .at(key, wanted, rules, ours),
                        _ -> random.nextInt(3) > 0,
                        this::note,
                        clock));
    }

    private static LifeRules rules(int number) {
        return new LifeRules(
                true,
                hasSlots(number) ? Optional.of(SLOTS) : Optional.empty(),
                2048,
                Duration.ofDays(180),
                IN_FLIGHT,
                Duration.ofDays(30),
                Duration.ofDays(10),
                Scene.BOTH);
    }

    private static boolean hasSlots(int number) {
        return number % 4 == 1;
    }

    private static boolean byHand(int number) {
        return number % 8 == 2;
    }

    private void note(LifeEvent event) {
        if (event.kind() == LifeEvent.Kind.MOVED) {
            event.key()
                    .flatMap(key -> state(event.words()))
                    .ifPresent(state -> reached.merge(state, 1, Integer::sum));
        } else if (event.kind() == LifeEvent.Kind.VANISHED) {
            vanished++;
        }
    }

    private static Optional<State> state(String words) {
        return EnumSet.allOf(State.class).stream()
                .filter(state -> words.startsWith(state.word() + ":"))
                .findFirst();
    }

    private Publisher.Published publish(int number, Publisher.Change change) {
        if (byHand(number)) {
            chores.add(
                    new Chore(clock.instant().plusSeconds(random.nextInt(86_400)), number, change));
            return new Publisher.Published.ByHand();
        }
        if (random.nextInt(10) == 0) {
            return new Publisher.Published.Failed("the provider is down");
        }
        dns.get(number).change(change.name(), change.text(), lag());
        if (random.nextInt(1_500) == 0) {
            throw new Died();
        }
        return new Publisher.Published.Done();
    }

    private static int number(Domain domain) {
        return Integer.parseInt(domain.name().substring(1, domain.name().indexOf('.')));
    }

    /// Until the last server has a change: mostly minutes.
    private Duration lag() {
        return Duration.ofMinutes(random.nextInt(10) == 0 ? 120 : 10);
    }

    private static Domain domain(int number) {
        return Domain.of("d" + number + ".example");
    }

    /// Lives through them.
    void run() {
        var end = clock.instant().plus(YEARS);
        begin();
        disk.around(this::perhapsDie, this::perhapsDie);
        while (clock.instant().isBefore(end)) {
            var next = due.remove();
            if (next.at().isAfter(clock.instant())) {
                clock.advance(Duration.between(clock.instant(), next.at()));
            }
            doChores();
            int number = next.domain();
            if (!interferences[number].isAfter(clock.instant())) {
                interfere(number);
                interferences[number] = clock.instant().plusSeconds(random.nextInt(90 * 86_400));
            }
            due.add(new Due(tend(number), number));
            checkSafety(number);
            ask(number);
            var signs = keys.signingKeys(domain(number)).toString();
            boolean changed = !signs.equals(signed.put(number, signs));
            if (changed || !posts[number].isAfter(clock.instant())) {
                send(number);
                receive(number);
                posts[number] = clock.instant().plus(Duration.ofHours(24));
            }
        }
        assertTrue(verified > 3_000L * domains, "verified " + verified);
        assertTrue(deaths > domains / 10, "died " + deaths + " times");
        assertTrue(vanished > domains / 4, "saw " + vanished + " vanish");
        // Nine turns of 180 days each, less what is early; some domains have both types.
        for (var state : EnumSet.range(State.PUBLISHED, State.REMOVED)) {
            assertTrue(reached.getOrDefault(state, 0) > 12 * domains, reached.toString());
        }
        disk.around(() -> {}, () -> {});
        assertEquals(keys.list().size(), disk.open(clock).list().size());
    }

    private void begin() {
        for (int i = 0; i < domains; i++) {
            posts[i] = clock.instant();
            interferences[i] = clock.instant().plusSeconds(random.nextInt(90 * 86_400));
            dns.add(new SimulatedDns(2 + i % 2, clock, random));
            inFlight.add(new ArrayDeque<>());
            if (hasSlots(i)) {
                for (var type : KeyType.values()) {
                    for (var slot : LifeRules.slotsOf(type)) {
                        var name = domain(i).name();
                        dns.get(i)
                                .change(
                                        slot + "._domainkey." + name,
                                        Optional.of(
                                                "CNAME " + slot + "." + name + "." + SLOTS.name()),
                                        Duration.ZERO);
                    }
                }
            }
            var made = life.begin(domain(i), EnumSet.allOf(KeyType.class), 2048, "test");
            assertTrue(made instanceof Outcome.Done, made.toString());
            due.add(new Due(clock.instant().plusSeconds(random.nextInt(86_400)), i));
        }
    }

    private void perhapsDie() {
        if (random.nextInt(1_500) == 0) {
            throw new Died();
        }
    }

    /// Tends, and when that dies, what a restart does: reads what is on the disk, and tends.
    private Instant tend(int number) {
        while (true) {
            try {
                return life.tend(domain(number));
            } catch (Died e) {
                deaths++;
                restart();
            }
        }
    }

    private void restart() {
        keys = disk.open(clock);
        life = life();
    }

    private void doChores() {
        while (!chores.isEmpty() && !chores.peek().at().isAfter(clock.instant())) {
            var chore = chores.remove();
            // What is to be done now, not what was when it was asked for.
            var current =
                    keys.list(domain(chore.domain())).stream()
                            .filter(key -> key.isSame(chore.change().key()))
                            .findFirst()
                            .orElseThrow();
            boolean stale = current.state().record() != chore.change().key().state().record();
            if (!stale) {
                dns.get(chore.domain()).change(chore.change().name(), chore.change().text(), lag());
                receive(chore.domain());
            }
        }
    }

    private void interfere(int number) {
        var domain = domain(number);
        try {
            switch (random.nextInt(24)) {
                case 0, 1, 6, 7 -> {
                    var _ = life.rotate(domain, EnumSet.of(anyType()), false, "operator");
                }
                case 2 -> {
                    var type = anyType();
                    keys.list(domain).stream()
                            .filter(key -> key.type() == type)
                            .forEach(key -> exempt.add(key.publicKey()));
                    var _ = life.rotate(domain, EnumSet.of(type), true, "stolen");
                }
                case 3 ->
                        keys.list(domain).stream()
                                .filter(key -> key.state() == State.CREATED)
                                .findFirst()
                                .ifPresent(key -> life.retire(domain, key.selector(), "operator"));
                case 4, 5, 8, 9 -> sabotage(number);
                default -> dns.get(number).fail(Duration.ofMinutes(random.nextInt(120)));
            }
        } catch (Died e) {
            deaths++;
            restart();
        }
    }

    private KeyType anyType() {
        return random.nextBoolean() ? KeyType.RSA : KeyType.ED25519;
    }

    /// Somebody removes the record of a key that signs.
    private void sabotage(int number) {
        var rules = rules(number);
        keys.list(domain(number)).stream()
                .filter(key -> key.state() == State.ACTIVE)
                .findAny()
                .ifPresent(key -> {
                    exempt.add(key.publicKey());
                    dns.get(number).change(rules.place(key), Optional.empty(), lag());
                });
    }

    /// After each step: at most one key of a type signs, and only one that every server shows, if
    /// all could be asked.
    private void checkSafety(int number) {
        var active = EnumSet.noneOf(KeyType.class);
        for (var ready : keys.signingKeys(domain(number))) {
            var key = ready.key();
            assertTrue(active.add(key.type()), "two of " + key.type());
            assertTrue(
                    !dns.get(number).isSettled() || shows(number, key),
                    () -> key + " signs and is not in the DNS");
        }
    }

    private boolean shows(int number, DkimKey key) {
        return dns.get(number).all(rules(number).place(key)).stream()
                .allMatch(text -> text.endsWith("p=" + key.publicKey()));
    }

    /// A resolver that asks for what is not there yet, so that it remembers that.
    private void ask(int number) {
        for (var key : keys.list(domain(number))) {
            if (key.state() == State.CREATED && random.nextInt(4) == 0) {
                var _ = dns.get(number).resolve(key.recordName());
            }
        }
    }

    /// One message, with each key that signs now.
    private void send(int number) {
        var now = clock.instant();
        for (var ready : keys.signingKeys(domain(number))) {
            inFlight.get(number)
                    .add(
                            new Message(
                                    ready.key().recordName(),
                                    ready.key().publicKey(),
                                    now.plus(IN_FLIGHT)));
        }
    }

    private void receive(int number) {
        var now = clock.instant();
        var messages = inFlight.get(number);
        messages.removeIf(message -> message.until().isBefore(now));
        if (!dns.get(number).anyUp()) {
            return;
        }
        for (var message : messages) {
            if (!exempt.contains(message.publicKey())) {
                var text = dns.get(number).resolve(message.name());
                assertTrue(
                        text.orElse("").endsWith("p=" + message.publicKey()),
                        () ->
                                "at %s: %s shows %s: %s"
                                        .formatted(now, message, text, keys.list(domain(number))));
                verified++;
            }
        }
    }
}
