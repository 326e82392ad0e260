package io.postern.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.identities.ClientNames;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.recipients.PushedLists;
import io.postern.gateway.seen.Fate;
import io.postern.gateway.seen.SeenHeader;
import io.postern.gateway.seen.SeenLog;
import io.postern.gateway.seen.SeenMessage;
import io.postern.store.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Control API over its Unix socket, on a real store")
class ControlApiTest {
    @TempDir Path folder;

    private House house() {
        return new House(folder.resolve("data"));
    }

    @Test
    @DisplayName("the file's mode is the authority: 0600")
    void mode() throws Exception {
        try (var house = house()) {
            var mode = Files.getPosixFilePermissions(house.server.socket());
            assertEquals("rw-------", PosixFilePermissions.toString(mode));
        }
        assertFalse(Files.exists(folder.resolve("data/control.sock")), "removed when closed");
    }

    @Test
    @DisplayName("messages that were seen, page by page, the same over the socket as on the folder")
    void seen() throws Exception {
        try (var house = house()) {
            try (var log = new SeenLog(Duration.ofDays(7), house.store, house.clock, 1)) {
                for (int i = 0; i < 5; i++) {
                    log.add(() -> seenMessage(house.clock.instant()));
                }
            }
            var first = house.remote.seen(Duration.ofHours(1), Optional.empty(), 3);
            assertEquals(house.local.seen(Duration.ofHours(1), Optional.empty(), 3), first);
            assertEquals(3, first.messages().size());
            assertEquals(seenMessage(house.clock.instant()), first.messages().getFirst());
            var second = house.remote.seen(Duration.ofHours(1), first.next(), 3);
            assertEquals(2, second.messages().size());
            assertEquals(Optional.empty(), second.next());
            house.clock.advance(Duration.ofHours(2));
            var later = house.remote.seen(Duration.ofHours(1), Optional.empty(), 3);
            assertEquals(List.of(), later.messages());
            var wrong =
                    assertThrows(
                            OperationException.class,
                            () ->
                                    house.remote.seen(
                                            Duration.ofHours(1),
                                            Optional.empty(),
                                            Limits.SEEN + 1));
            assertTrue(wrong.error().contains("out of range"), wrong.error());
        }
    }

    private static SeenMessage seenMessage(Instant at) {
        return new SeenMessage(
                SeenMessage.VERSION,
                at,
                Optional.of("Q1"),
                "inbound-25",
                new SeenMessage.Client(
                        "192.0.2.1",
                        Optional.of("h\"\u0001\u00ff"),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new ClientNames(List.of("a.example"), List.of(), false))),
                new SeenMessage.Paths("<>", List.of("<b@example.com>"), 0, Optional.of(7L), 8),
                new Situation.Counts(1, 2, 3),
                Optional.of(new SeenHeader(List.of("From: a@b.example\r\n"), List.of("to"))),
                Optional.empty(),
                Fate.held("dmarc", List.of("x")));
    }

    @Test
    @DisplayName("a socket that a killed gateway left behind is replaced, and answers to nobody")
    void leftBehind() throws Exception {
        var data = folder.resolve("data");
        house().close();
        var address = java.net.UnixDomainSocketAddress.of(ControlSocket.of(data));
        try (var dead =
                java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            dead.bind(address);
        }
        assertTrue(RemoteOperations.connect(data).isEmpty());
        try (var house = house()) {
            assertEquals(HealthView.OK, house.remote.health().status());
        }
    }

    @Test
    @DisplayName("a data folder whose path is longer than a socket's may be works all the same")
    void longPath() throws Exception {
        var data = folder.resolve("x".repeat(120)).resolve("data");
        Files.createDirectories(data.getParent());
        try (var house = new House(data)) {
            assertEquals(HealthView.OK, house.remote.health().status());
        }
        assertTrue(RemoteOperations.connect(data).isEmpty());
    }

    @Test
    @DisplayName("what is listed locally and over the socket is the same")
    void same() {
        try (var house = house()) {
            house.accept("one", "a", "b");
            house.clock.advance(Duration.ofHours(3));
            house.accept("two", "c");
            for (var operations : new Operations[] {house.local, house.remote}) {
                var all = operations.queue(Selection.NONE, Optional.empty(), 100);
                assertEquals(3, all.total());
                assertEquals(
                        "<a@example.net> <b@example.net> <c@example.net>",
                        String.join(" ", all.entries().stream().map(QueueItem::to).toList()));
            }
            assertEquals(
                    house.local.queue(Selection.NONE, Optional.empty(), 100),
                    house.remote.queue(Selection.NONE, Optional.empty(), 100));
            var id = house.store.nextId().toString();
            assertEquals(
                    message(assertThrows(OperationException.class, () -> house.local.message(id))),
                    message(
                            assertThrows(
                                    OperationException.class, () -> house.remote.message(id))));
            var found = house.remote.track("two", 10);
            assertEquals(house.local.track("two", 10), found);
            assertEquals(house.local.message(found.getFirst().id()), found.getFirst());
            assertEquals("client is trusted", found.getFirst().decisions().getFirst().conclusion());
            // Octets free on the disk differ from one look to the next; that the rest is equal
            // counts.
            assertEquals(house.local.health().status(), house.remote.health().status());
            assertEquals(house.local.health().queued(), house.remote.health().queued());
        }
    }

    /// A list of that many recipients of example.com, made now.
    private static InputStream list(House house, int size) throws IOException {
        var to = new ByteArrayOutputStream();
        var addresses =
                IntStream.range(0, size)
                        .mapToObj(i -> "user" + i + "@example.com\n")
                        .collect(Collectors.joining());
        PushedLists.hash(
                new ByteArrayInputStream(addresses.getBytes(StandardCharsets.US_ASCII)),
                Set.of(),
                house.clock.instant(),
                new Random(1),
                to);
        return new ByteArrayInputStream(to.toByteArray());
    }

    @Test
    @DisplayName("a list of recipients far above the bound of other requests is pushed whole")
    void push() throws Exception {
        try (var house = house()) {
            assertEquals("unavailable", house.remote.recipient("user7@example.com").result());
            var pushed = house.remote.pushRecipients("default", list(house, 20_000));
            assertEquals(
                    new PushedView(
                            "default", 20_000, house.clock.instant(), List.of("example.com")),
                    pushed);
            house.clock.advance(Duration.ofMinutes(5));
            for (var operations : new Operations[] {house.local, house.remote}) {
                var known = operations.recipient("User7+shop@example.com");
                assertEquals("known", known.result());
                assertEquals("user7+shop@example.com", known.normal());
                assertEquals("pushed list default (made 5m ago)", known.source());
                assertEquals(2, known.sources().size());
                assertEquals("unknown", operations.recipient("nobody@example.com").result());
                assertEquals("unknown", operations.recipient("a@example.net").result());
                assertEquals("known", operations.recipient("postmaster@example.com").result());
                assertEquals(
                        List.of(Optional.of(1L), Optional.of(20_000L)),
                        operations.recipientSources().stream()
                                .map(RecipientSourceView::entries)
                                .toList());
            }
        }
    }

    @Test
    @DisplayName("a list that is none, or that no domain has, is refused with its reason")
    void pushRefused() {
        try (var house = house()) {
            for (var operations : new Operations[] {house.local, house.remote}) {
                var none =
                        assertThrows(
                                OperationException.class,
                                () ->
                                        operations.pushRecipients(
                                                "default",
                                                new ByteArrayInputStream(
                                                        "a@b\n"
                                                                .getBytes(
                                                                        StandardCharsets
                                                                                .US_ASCII))));
                assertTrue(none.error().contains("not a list of hashes"), none::error);
                var other =
                        assertThrows(
                                OperationException.class,
                                () -> operations.pushRecipients("other", list(house, 1)));
                assertTrue(other.error().contains("there is default"), other::error);
                var address =
                        assertThrows(OperationException.class, () -> operations.recipient("anna"));
                assertEquals(OperationException.Kind.INVALID, address.kind());
            }
        }
    }

    private static String message(OperationException e) {
        return e.kind() + " " + e.error() + " / " + e.remedy();
    }

    @Test
    @DisplayName("pages end between messages, and together they are everything once")
    void pages() {
        try (var house = house()) {
            var everyone = IntStream.range(0, 7).mapToObj(i -> "r" + i).toArray(String[]::new);
            house.accept("many", everyone);
            house.accept("few", "x", "y");
            house.accept("one", "z");
            for (int limit : new int[] {1, 2, 3, 7, 8, 9, 10, 11}) {
                var seen = new ArrayList<String>();
                Optional<String> after = Optional.empty();
                do {
                    var page = house.remote.queue(Selection.NONE, after, limit);
                    assertEquals(10, after.isEmpty() ? page.total() : 10, "limit " + limit);
                    seen.addAll(page.entries().stream().map(QueueItem::to).toList());
                    after = page.next();
                } while (after.isPresent());
                assertEquals(10, seen.size(), "limit " + limit + ": " + seen);
                assertEquals(10, Set.copyOf(seen).size(), "limit " + limit + ": " + seen);
            }
        }
    }

    @Test
    @DisplayName("hold, release, retry and delete reach what is meant and nothing else")
    void change() {
        try (var house = house()) {
            var id = house.accept("one", "a", "b").toString();
            house.accept("two", "c");
            assertEquals(2, house.remote.change(QueueAction.HOLD, Selection.ofId(id)).changed());
            assertEquals("held held queued", states(house));
            assertEquals(2, house.remote.change(QueueAction.RELEASE, Selection.ofId(id)).changed());
            assertEquals("queued queued queued", states(house));
            assertEquals(2, house.remote.change(QueueAction.DELETE, Selection.ofId(id)).changed());
            assertEquals("queued", states(house));
            assertEquals(3, house.before.get());
            assertEquals(3, house.after.get());
        }
    }

    private static String states(House house) {
        return String.join(
                " ",
                house.remote.queue(Selection.NONE, Optional.empty(), 10).entries().stream()
                        .map(QueueItem::state)
                        .toList());
    }

    @Test
    @DisplayName("keys are made, listed and imported; private halves never come back")
    void dkim() {
        try (var house = house()) {
            var made =
                    house.remote.newDkimKeys(
                            new NewKeys(
                                    "example.com",
                                    Set.of("ed25519"),
                                    Optional.of("fast"),
                                    Optional.empty()));
            assertEquals("fast", made.getFirst().selector());
            assertEquals("fast._domainkey.example.com", made.getFirst().name());
            assertEquals(made, house.remote.dkimKeys(Optional.of("example.com")));
            assertEquals(0, house.remote.dkimKeys(Optional.of("example.net")).size());
            assertFalse(Json.text(made).contains("PRIVATE"));
            var refused =
                    assertThrows(
                            OperationException.class,
                            () ->
                                    house.remote.importDkimKey(
                                            new ImportedKey("example.com", "x", "no key")));
            assertEquals(OperationException.Kind.REFUSED, refused.kind());
        }
    }

    record Case(String rule, String method, String target, String body, int status, String says) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("health", "GET", "/v1/health", "", 200, "\"status\":\"ok\""),
                new Case("config", "GET", "/v1/config", "", 200, "\"crypto\":\"test\""),
                new Case("no such path", "GET", "/v1/nothing", "", 404, "nothing at /v1/nothing"),
                new Case("no such action", "POST", "/v1/queue/eat", "{}", 404, "/v1/queue/eat"),
                new Case("no such method", "PUT", "/v1/queue", "", 400, "PUT"),
                new Case("limit too large", "GET", "/v1/queue?limit=10001", "", 400, "limit=10001"),
                new Case("limit no number", "GET", "/v1/queue?limit=x", "", 400, "limit=x"),
                new Case("bad age", "GET", "/v1/queue?older-than=2x", "", 400, "2x"),
                new Case("bad state", "GET", "/v1/queue?state=lost", "", 400, "lost"),
                new Case("bad id", "GET", "/v1/messages/!!", "", 400, "not a queue id"),
                new Case("unknown message", "GET", "/v1/messages/1", "", 404, "no message 1"),
                new Case("no text to track", "GET", "/v1/track", "", 400, "text is missing"),
                new Case("everything, unsaid", "POST", "/v1/queue/delete", "{}", 400, "--all"),
                new Case(
                        "everything, said",
                        "POST",
                        "/v1/queue/delete",
                        "{\"all\":true}",
                        200,
                        "\"changed\":0"),
                new Case("not JSON", "POST", "/v1/queue/hold", "nonsense", 400, "line 1"),
                new Case("null", "POST", "/v1/queue/hold", "null", 400, "null"),
                new Case("unknown key", "POST", "/v1/queue/hold", "{\"x\":1}", 400, "x"),
                new Case("missing key", "POST", "/v1/dkim/new", "{}", 400, "domain"),
                new Case(
                        "unknown algorithm",
                        "POST",
                        "/v1/dkim/new",
                        "{\"domain\":\"example.com\",\"algorithms\":[\"dsa\"]}",
                        400,
                        "dsa"),
                new Case(
                        "too much",
                        "POST",
                        "/v1/queue/hold",
                        " ".repeat(Limits.REQUEST_OCTETS + 1),
                        400,
                        "larger than"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void request(Case c) throws Exception {
        try (var house = house()) {
            var answer =
                    new SocketHttp(house.server.socket())
                            .exchange(c.method(), c.target(), c.body());
            assertEquals(c.status(), answer.status(), answer.body());
            assertTrue(answer.body().contains(c.says()), answer.body());
            if (c.status() != 200) {
                assertTrue(answer.body().contains("\"remedy\":"), answer.body());
            }
        }
    }

    @Test
    @DisplayName("what is counted: shown, reset, resumed, over the socket as locally")
    void counted() {
        try (var house = house()) {
            long now = House.START.toEpochMilli();
            house.store
                    .putState(
                            "rate",
                            StateEntry.ofText(
                                    "per-user anna",
                                    now + " 60000000000 3600000000000 60 60/1h",
                                    Optional.empty()))
                    .join();
            house.store
                    .putState(
                            "suspended",
                            StateEntry.ofText("user anna", now + " much", Optional.empty()))
                    .join();
            var views = house.remote.rates(Optional.of("anna"), 9);
            assertEquals(1, views.getFirst().used());
            assertEquals(house.local.rates(Optional.of("anna"), 9), views);
            assertEquals(1, house.remote.resetRates(new RateKey("anna")).changed());
            assertEquals(0, house.remote.rates(Optional.empty(), 9).size());
            assertThrows(OperationException.class, () -> house.remote.resetRates(new RateKey(" ")));
            assertEquals(house.local.suspended(), house.remote.suspended());
            assertEquals("much", house.remote.suspended().getFirst().reason());
            house.remote.resume(new Resumption("anna", false));
            assertEquals(0, house.local.suspended().size());
            var again =
                    assertThrows(
                            OperationException.class,
                            () -> house.remote.resume(new Resumption("anna", false)));
            assertEquals("anna is not suspended", again.error());
        }
    }

    @Test
    @DisplayName("DMARC reports are brought in and summed up alike over the socket and without it")
    void dmarc() throws Exception {
        var xml =
                "<feedback><report_metadata><org_name>R</org_name><report_id>1</report_id><date_range><begin>1795219200</begin><end>1795305599</end></date_range></report_metadata>"
                        + "<policy_published><domain>example.com</domain><p>none</p></policy_published>"
                        + "<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>"
                        + "<identifiers><header_from>example.com</header_from></identifiers><auth_results/></record></feedback>";
        try (var house = house()) {
            var octets = xml.getBytes(StandardCharsets.UTF_8);
            var done = house.remote.importDmarc(new ByteArrayInputStream(octets));
            assertEquals("new", done.result());
            assertEquals(3, done.messages());
            assertEquals(
                    "known", house.local.importDmarc(new ByteArrayInputStream(octets)).result());
            var view = house.remote.dmarcReport(Optional.of("example.com"), Instant.EPOCH, 10);
            assertEquals(
                    house.local.dmarcReport(Optional.of("example.com"), Instant.EPOCH, 10), view);
            assertEquals(3, view.sources().getFirst().passing());
            var refused =
                    assertThrows(
                            OperationException.class,
                            () ->
                                    house.remote.importDmarc(
                                            new ByteArrayInputStream(
                                                    new byte[] {'<', 'a', '/', '>'})));
            assertEquals(
                    "this is no DMARC aggregate report: XML, but no element feedback",
                    refused.error());
            assertThrows(
                    OperationException.class,
                    () -> house.remote.dmarcReport(Optional.of("no domain"), Instant.EPOCH, 10));
        }
    }
}
