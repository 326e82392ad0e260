package io.postern.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every engine promises to operators: filters, hold and release, history, search.
@DisplayName("the queue in an operator's hands")
public abstract class OperatorContract extends QueueContract {
    private static final QueueFilter ALL = QueueFilter.ALL;

    private List<QueueEntry> list(QueueFilter filter) {
        return store.list(filter, Optional.empty(), 100);
    }

    private List<QueuedRecipient> take(String destination) {
        return store.take(destination, clock.instant(), 100);
    }

    record Case(String rule, UnaryOperator<QueueFilter> filter, List<String> want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> filters() {
        return Stream.of(
                new Case("all", f -> f, List.of("1", "2", "3", "4")),
                new Case("domain, exactly", f -> f.withDomain("example.net"), List.of("1", "2")),
                new Case("domain in any case", f -> f.withDomain("Example.NET"), List.of("1", "2")),
                new Case(
                        "an underscore is no wildcard",
                        f -> f.withDomain("exampl_.net"),
                        List.of()),
                new Case("part of the reverse-path", f -> f.withFrom("BOSS@"), List.of("3")),
                new Case("part of the forward-path", f -> f.withTo("2@EX"), List.of("2")),
                new Case("a percent sign is no wildcard", f -> f.withTo("2%net"), List.of()),
                new Case("older", f -> f.withReceivedBefore(START), List.of("1")),
                new Case("newer", f -> f.withReceivedAfter(START), List.of("4")),
                new Case("state", f -> f.withState("held"), List.of("4")),
                new Case(
                        "all conditions hold",
                        f -> f.withState("queued").withDomain("example.org").withFrom("boss"),
                        List.of("3")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filters")
    void filter(Case c) {
        accept(Mail.at(START.minusSeconds(9), "1@example.net"));
        accept(mail("2@example.net"));
        accept(mail("3@example.org").from("boss@example.com"));
        accept(Mail.at(START.plusSeconds(9), "4@sub.example.net"));
        assertEquals(1, store.hold(ALL.withTo("4@"), START, "look at it"));
        var filter = c.filter().apply(ALL);
        var found =
                list(filter).stream()
                        .map(entry -> entry.recipient().recipient().path().toString())
                        .map(path ->
                                path.replaceAll(".*?(\\d)@.*", "$1")
                                        .replaceAll(".*localPart=(\\d).*", "$1"))
                        .toList();
        assertEquals(c.want(), found);
        assertEquals(c.want().size(), store.count(filter));
    }

    @Test
    @DisplayName("pages: every entry once, and a message's recipients together")
    void pages() {
        var want = new ArrayList<QueueId>();
        for (int i = 0; i < 7; i++) {
            var message = accept(mail("a@example.net", "b@example.net", "c@example.net"));
            want.addAll(List.of(message.id(), message.id(), message.id()));
        }
        var found = new ArrayList<QueueId>();
        Optional<QueueId> after = Optional.empty();
        for (var page = store.list(ALL, after, 4);
                !page.isEmpty();
                page = store.list(ALL, after, 4)) {
            page.forEach(entry -> found.add(entry.recipient().id()));
            after = Optional.of(found.getLast());
        }
        assertEquals(want, found);
        assertEquals(Map.of("example.net", 21L), store.countByDestination());
    }

    @Test
    @DisplayName("countByDestination counts taken and held ones too")
    void countByDestination() {
        accept(mail("a@example.net", "b@example.org"));
        accept(mail("c@example.net").taken());
        store.hold(ALL.withTo("a@"), START, "");
        assertEquals(Map.of("example.net", 2L, "example.org", 1L), store.countByDestination());
    }

    @Test
    @DisplayName("a held entry is not given out until it is released")
    void hold() {
        var message = accept(mail("one@example.net", "two@example.net"));
        assertEquals(1, store.hold(ALL.withTo("one"), START, "suspicious"));
        assertEquals(0, store.hold(ALL.withTo("one"), START, "again"));
        assertEquals(
                List.of(1), take("example.net").stream().map(QueuedRecipient::number).toList());
        clock.advance(Mail.LIFE);
        restart();
        assertEquals(
                List.of(1),
                store.takeOverdue(clock.instant(), 9).stream()
                        .map(QueuedRecipient::number)
                        .toList());
        assertEquals("held", list(ALL.withTo("one")).getFirst().state());
        assertEquals(1, store.release(ALL, clock.instant()));
        assertEquals(
                List.of(0), take("example.net").stream().map(QueuedRecipient::number).toList());
        var events = store.find(message.id()).orElseThrow().events();
        assertEquals(
                List.of("received", "held", "released"),
                events.stream().map(MessageEvent::kind).toList());
        assertEquals("suspicious", events.get(1).detail());
    }

    @Test
    @DisplayName("a message that is kept as held is not given out until it is released")
    void keptAsHeld() {
        var message = accept(mail("one@example.net").fact(MessageStore.HELD, "rule odd"));
        assertEquals(List.of(), take("example.net"));
        clock.advance(Mail.LIFE);
        restart();
        assertEquals(List.of(), store.takeOverdue(clock.instant(), 9));
        assertEquals("held", list(ALL).getFirst().state());
        assertEquals(1, store.release(ALL, clock.instant()));
        assertEquals(1, take("example.net").size());
        var events = store.find(message.id()).orElseThrow().events();
        assertEquals(
                List.of("received", "held", "released"),
                events.stream().map(MessageEvent::kind).toList());
        assertEquals("rule odd", events.get(1).detail());
    }

    @Test
    @DisplayName("what is being delivered is not touched")
    void takenIsNotTouched() {
        accept(mail("one@example.net").taken());
        accept(mail("two@example.net"));
        assertEquals(1, take("example.net").size());
        assertEquals(0, store.hold(ALL, START, ""));
        assertEquals(0, store.retry(ALL, START));
        assertEquals(0, store.delete(ALL, START, ""));
        assertEquals(0, store.release(ALL, START));
        assertEquals(2, store.count(ALL));
    }

    @Test
    @DisplayName("retry makes the next attempt due now, and says so")
    void retry() {
        var message = accept(mail("one@example.net").due(START.plus(Duration.ofHours(1))));
        assertEquals(List.of(), take("example.net"));
        assertEquals(1, store.retry(ALL, START));
        assertEquals(1, take("example.net").size());
        assertEquals("queued", store.find(message.id()).orElseThrow().events().getLast().kind());
    }

    @Test
    @DisplayName("delete removes entries, and content with the last")
    void delete() {
        var message = accept(mail("one@example.net", "two@example.org").body(300_000));
        store.hold(ALL.withDomain("example.org"), START, "");
        assertEquals(1, store.delete(ALL.withDomain("example.net"), START, "asked by operator"));
        assertTrue(store.content(message.id()).isPresent());
        assertEquals(1, store.delete(QueueFilter.of(message.id()), START, "asked by operator"));
        assertTrue(store.content(message.id()).isEmpty());
        assertEquals(0, store.count(ALL));
        assertEquals(
                "asked by operator",
                store.find(message.id()).orElseThrow().events().getLast().detail());
    }

    @Test
    @DisplayName("more entries than one step takes")
    void manySteps() {
        var to = new String[1_000];
        for (int i = 0; i < to.length; i++) {
            to[i] = "r" + i + "@example.net";
        }
        for (int i = 0; i < 6; i++) {
            accept(mail(to));
        }
        assertEquals(6_000, store.hold(ALL, START, "all"));
        assertEquals(6_000, store.release(ALL, START));
        assertEquals(6_000, store.retry(ALL, START));
        assertEquals(6_000, store.delete(ALL, START, "all"));
    }

    static Stream<String> found() {
        return Stream.of(
                "author@example",
                "REPORT@",
                "two@example.org",
                "<77@example.com>",
                "Nightly",
                "192.0.2.77",
                "100%_\\ sure");
    }

    @ParameterizedTest(name = "search finds {0}")
    @MethodSource("found")
    void search(String text) {
        accept(mail("nobody@example.net").from("else@example.com"));
        var message =
                accept(
                        mail("report@example.net", "two@example.org")
                                .fact("messageId", "<77@example.com>")
                                .fact("subject", "the nightly one, 100%_\\ sure")
                                .fact("client", "192.0.2.77"));
        store.delete(QueueFilter.of(message.id()), START, "gone");
        assertEquals(
                List.of(message.id()),
                store.search(text, 5).stream().map(KeptMessage::id).toList());
    }

    @Test
    @DisplayName("search: by id, newest first, no more than asked for")
    void searchOrder() {
        var one = accept(mail("one@example.net"));
        var two = accept(mail("two@example.net"));
        var three = accept(mail("three@example.net"));
        assertEquals(
                List.of(one.id()),
                store.search(one.id().toString(), 5).stream().map(KeptMessage::id).toList());
        assertEquals(
                List.of(three.id(), two.id()),
                store.search("@example.net", 2).stream().map(KeptMessage::id).toList());
        assertEquals(List.of(), store.search("nothing like it", 5));
    }

    @Test
    @DisplayName("history expires when nothing waits and nothing happened since")
    void expireHistory() {
        var waiting = accept(mail("one@example.net"));
        var gone = mail("two@example.org").as(store.nextId());
        store.accept(gone).join();
        Instant later = START.plus(Duration.ofDays(1));
        store.delete(QueueFilter.of(gone.id()), later, "asked");
        assertEquals(0, store.expireHistory(later, 10));
        assertEquals(0, store.expireHistory(later.plusMillis(1), 0));
        assertEquals(1, store.expireHistory(later.plusMillis(1), 10));
        assertTrue(store.find(gone.id()).isEmpty());
        assertTrue(store.find(waiting.id()).isPresent());
    }
}
