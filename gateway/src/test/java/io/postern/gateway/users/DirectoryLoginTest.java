package io.postern.gateway.users;

import static io.postern.gateway.users.UserRig.done;
import static io.postern.gateway.users.UserRig.inClear;
import static io.postern.gateway.users.UserRig.overTls;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldif.LDIFException;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.config.UserDirectory;
import io.postern.gateway.directory.Directories;
import io.postern.gateway.directory.Health;
import io.postern.gateway.directory.LdapClient;
import io.postern.smtp.sasl.ChannelBindings;
import io.postern.smtp.server.AuthExchange.Answer;
import io.postern.smtp.server.ClientCertificate;
import io.postern.smtp.server.SessionFacts;
import io.postern.testkit.TestClock;
import io.postern.testkit.Warnings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 4513 §5.1.3: users of an LDAP directory log in by a bind")
@Timeout(120)
class DirectoryLoginTest {
    private static final String CLIENT = "192.0.2.1";
    private static final SessionFacts TLS = overTls(CLIENT, Optional.empty());
    private static final ChannelBindings BINDINGS = _ -> Optional.empty();
    private static final String WRONG = "535 5.7.8 authentication failed";
    private static final String NOT_NOW = "454 4.7.0 can't authenticate now, try again later";
    private static final String NOBODY = "cn=postern nobody,dc=example,dc=com";
    private static final Duration LATE = Duration.ofMillis(500);

    @TempDir private Path folder = Path.of("");
    private final Staff staff = new Staff();
    private UserRig rig;
    private DirectoryUsers directory;

    @BeforeEach
    void open() {
        rig = rig("(uid={user})", Duration.ofSeconds(20), 2);
        directory = rig.authenticator.directory().orElseThrow();
    }

    private void reopen(String filter, Duration timeout, int connections) {
        directory.close();
        rig.close();
        rig = rig(filter, timeout, connections);
        directory = rig.authenticator.directory().orElseThrow();
    }

    private UserRig rig(String filter, Duration timeout, int connections) {
        return new UserRig(
                folder,
                "failures = 3",
                clock -> Optional.of(directory(clock, filter, timeout, connections)));
    }

    private DirectoryUsers directory(
            TestClock clock, String filter, Duration timeout, int connections) {
        var settings =
                Directories.withTimes(
                        Directories.settings(staff.port()),
                        timeout,
                        connections,
                        Duration.ofDays(1));
        return new DirectoryUsers(new UserDirectory("corp", filter), settings, clock);
    }

    @AfterEach
    void close() {
        staff.close();
        directory.close();
        rig.close();
    }

    private String plain(String user, String password) {
        var exchange = rig.authenticator.exchange(TLS, "PLAIN", BINDINGS);
        return switch (exchange.respond("\0" + user + "\0" + password)) {
            case Answer.Granted(var name) -> "granted " + name;
            case Answer.Refuse(var reply) -> reply.toString();
            case Answer.Close(var reply) -> "close " + reply;
            case Answer.Challenge(var text) -> "334 " + text;
        };
    }

    private List<String> addresses(String user) {
        return switch (directory.addresses(user)) {
            case Owned.Addresses(var all) -> all.stream().map(OwnAddress::toString).toList();
            case Owned.Unavailable _ -> List.of("unavailable");
        };
    }

    @Test
    @DisplayName("PLAIN alone is offered, under TLS: with SCRAM these users would fail")
    void offered() {
        var certificate = new ClientCertificate("CN=alice", List.of());
        assertEquals(List.of(), rig.authenticator.mechanisms(inClear(CLIENT)));
        assertEquals(List.of("PLAIN"), rig.authenticator.mechanisms(TLS));
        assertEquals(
                List.of("PLAIN", "EXTERNAL"),
                rig.authenticator.mechanisms(overTls(CLIENT, Optional.of(certificate))));
    }

    @Test
    @DisplayName("the right password, and the addresses of the entry: whole ones of SMTP alone")
    void right() {
        assertEquals("granted anna", plain("Anna", Staff.PASSWORD));
        assertEquals(List.of(Staff.ANNA), staff.binds);
        assertEquals(List.of(), rig.waits);
        assertEquals(List.of("anna@example.com", "office@example.com"), addresses("anna"));
    }

    @Test
    @DisplayName(
            "an unknown user and a wrong password: one reply, one bind, the same steps of time")
    void noOracle() {
        assertEquals(WRONG, plain("anna", "wrong horse"));
        assertEquals(WRONG, plain("nobody", "wrong horse"));
        assertEquals(WRONG, plain("an na", "wrong horse"), "a name that nobody can have");
        assertEquals(WRONG, plain("twin", "wrong horse"), "of two entries");
        assertEquals(WRONG, plain("none", "wrong horse"), "without a password");
        assertEquals(
                List.of(Staff.ANNA, NOBODY, NOBODY, NOBODY, "cn=none,dc=example,dc=com"),
                staff.binds);
        assertEquals(5, rig.waits.size());
        // Less than the step by what the login took: that is what hides it.
        var second = Duration.ofSeconds(1);
        assertTrue(rig.waits.stream().allMatch(one -> one.compareTo(second) < 0), "" + rig.waits);
    }

    record Step(String rule, int step, int spent, int want) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static Stream<Step> steps() {
        return Stream.of(
                new Step("what is left of the first", 1000, 30, 970),
                new Step("of the second", 1000, 1001, 999),
                new Step("a whole one on the step", 1000, 1000, 1000),
                new Step("no time at all", 1000, 0, 1000),
                new Step("no delay", 0, 30, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    @DisplayName("failures are answered at whole steps of failure_delay")
    void untilNext(Step c) {
        assertEquals(
                Duration.ofMillis(c.want()),
                Attempt.untilNext(Duration.ofMillis(c.step()), Duration.ofMillis(c.spent())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "ann*", "anna)(uid=*", "*)(objectClass=*", "ann\\61", "x)(|(uid=a"})
    @DisplayName("RFC 4515 §3: what a name writes is no filter")
    void filter(String user) {
        assertEquals(WRONG, plain(user, Staff.PASSWORD));
        assertEquals(List.of(NOBODY), staff.binds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(uid=anna)", "(uid={user}", "uid={name}", ""})
    @DisplayName("a filter that is none, or finds the same for everybody, stops the start")
    void badFilter(String filter) {
        var clock = new TestClock(java.time.Instant.EPOCH);
        assertThrows(
                ConfigException.class, () -> directory(clock, filter, LATE, 1).close(), filter);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u00ad", "\u200b"})
    @DisplayName(
            "RFC 4513 §5.1.2: no bind goes out without a password, not one prepared to nothing")
    void noPassword(String password) {
        assertEquals("501 5.5.2 not a message of PLAIN", plain("anna", password));
        var found = assertInstanceOf(DirectoryUsers.Found.One.class, directory.find("anna"));
        assertInstanceOf(
                DirectoryUsers.Bound.Wrong.class, directory.bind("anna", found.entry(), ""));
        try (var client = new LdapClient(Directories.settings(staff.port()))) {
            assertThrows(IllegalArgumentException.class, () -> client.bind(Staff.ANNA, ""));
            assertThrows(IllegalArgumentException.class, () -> client.bind("", "x"));
        }
        assertEquals(List.of(), staff.binds);
    }

    @Test
    @DisplayName("a user of the store is only there: the directory's of that name never logs in")
    void both() {
        done(rig.users.add("alice", List.of("alice@example.com"), UserRig.PASSWORD));
        assertEquals("granted alice", plain("alice", UserRig.PASSWORD));
        assertEquals(WRONG, plain("alice", Staff.PASSWORD));
        assertEquals(List.of(), staff.binds);
        var owners = new Owners(rig.users, Optional.of(directory));
        assertEquals("Addresses[addresses=[alice@example.com]]", owners.of("alice").toString());
        done(rig.users.remove("alice"));
        assertEquals("granted alice", plain("alice", Staff.PASSWORD));
        assertEquals("Addresses[addresses=[alice@example.net]]", owners.of("alice").toString());
    }

    @Test
    @DisplayName("a directory that is down is 454 for everybody, and counts as no guess")
    void down() {
        int port = staff.port();
        staff.server().shutDown(true);
        try (var warnings = new Warnings("io.postern.gateway")) {
            for (int i = 0; i < 5; i++) {
                assertEquals(NOT_NOW, plain("anna", "wrong horse"));
                assertEquals(NOT_NOW, plain("nobody", "wrong horse"));
                rig.clock.advance(Health.PAUSE);
            }
            assertEquals(1, warnings.messages().size(), "said once");
        }
        try (var _ = new Staff(port)) {
            assertEquals("granted anna", plain("anna", Staff.PASSWORD));
        }
    }

    @Test
    @DisplayName(
            "a bind that is not answered is 454 for everybody, in time, and counts as no guess")
    void slow() {
        reopen("(uid={user})", LATE, 2);
        staff.hold();
        try (var warnings = new Warnings("io.postern.gateway")) {
            for (var user : List.of("anna", "nobody", "anna", "nobody", "anna", "anna")) {
                assertEquals(NOT_NOW, plain(user, "wrong horse"));
                rig.clock.advance(Health.PAUSE);
            }
            assertEquals(1, warnings.messages().size(), "said once");
        }
        assertEquals(List.of(Staff.ANNA, NOBODY), staff.binds.subList(0, 2));
        staff.release();
        assertEquals("granted anna", plain("anna", Staff.PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(ints = {49, 48, 50, 19, 53, 32, 34})
    @DisplayName("results that are the user's: 535")
    void refused(int code) {
        staff.answer(ResultCode.valueOf(code));
        assertEquals(WRONG, plain("anna", Staff.PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 10, 13, 51, 52, 80, 118})
    @DisplayName("results that are the directory's, and all others: 454")
    void trouble(int code) {
        staff.answer(ResultCode.valueOf(code));
        try (var warnings = new Warnings("io.postern.gateway")) {
            assertEquals(NOT_NOW, plain("anna", Staff.PASSWORD));
            assertEquals(1, warnings.messages().size());
            assertTrue(
                    warnings.messages().stream().noneMatch(one -> one.contains(Staff.PASSWORD)),
                    "no password in the log");
        }
    }

    @Test
    @DisplayName("an entry is locked under all its names, which does not tell that it is one")
    void lockedEntry() {
        reopen("(|(uid={user})(mail={user}))", Duration.ofSeconds(20), 2);
        for (int i = 0; i < 3; i++) {
            assertEquals(WRONG, plain("anna", "wrong horse"));
        }
        staff.binds.clear();
        var locked = "454 4.7.0 too many failed logins, try again later";
        assertEquals(locked, plain("anna", Staff.PASSWORD));
        assertEquals(List.of(), staff.binds);
        assertEquals(WRONG, plain("anna@example.com", Staff.PASSWORD));
        assertEquals(List.of(NOBODY), staff.binds, "the password is not tried");
        rig.clock.advance(Duration.ofMinutes(5));
        assertEquals("granted anna@example.com", plain("anna@example.com", Staff.PASSWORD));
        assertEquals("granted anna", plain("anna", Staff.PASSWORD));
    }

    @Test
    @DisplayName("who has logged in from there before is not stopped by the lock of the entry")
    void knownClient() {
        reopen("(|(uid={user})(mail={user}))", Duration.ofSeconds(20), 2);
        assertEquals("granted anna@example.com", plain("anna@example.com", Staff.PASSWORD));
        for (int i = 0; i < 4; i++) {
            var other = overTls("198.51.100.7", Optional.empty());
            rig.authenticator.exchange(other, "PLAIN", BINDINGS).respond("\0anna\0wrong horse");
        }
        assertEquals("granted anna@example.com", plain("anna@example.com", Staff.PASSWORD));
    }

    @Test
    @DisplayName(
            "binds go over connections of their own, which are kept: no search has a user's rights")
    void connections() {
        for (int i = 0; i < 5; i++) {
            assertEquals("granted anna", plain("anna", Staff.PASSWORD));
            assertEquals(WRONG, plain("nobody", "wrong horse"));
            rig.clock.advance(Duration.ofHours(1));
        }
        assertEquals(10, staff.binds.size());
        assertEquals(1, staff.binding.size());
        assertEquals(1, staff.searching.size());
        assertTrue(Collections.disjoint(staff.binding, staff.searching));
    }

    @Test
    @DisplayName("no more binds at once than `connections`; the others wait their turn")
    void bounded() throws Exception {
        staff.hold();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var binds =
                    IntStream.range(0, 6)
                            .mapToObj(_ -> threads.submit(directory::bindNobody))
                            .toList();
            staff.arrived.acquire(2);
            staff.release();
            for (var bind : binds) {
                assertInstanceOf(DirectoryUsers.Bound.Wrong.class, bind.get());
            }
        }
        assertEquals(6, staff.binds.size());
        assertEquals(2, staff.binding.size());
    }

    @Test
    @DisplayName("addresses are remembered for `known`, for `stale` while nobody answers; then 451")
    void remembered() throws LDAPException, LDIFException {
        assertEquals("granted anna", plain("anna", Staff.PASSWORD));
        staff.server()
                .modify(
                        "dn: " + Staff.ANNA,
                        "changetype: modify",
                        "delete: proxyAddresses",
                        "proxyAddresses: smtp:office@example.com");
        assertEquals(List.of("anna@example.com", "office@example.com"), addresses("anna"));
        rig.clock.advance(Duration.ofHours(1));
        assertEquals(List.of("anna@example.com"), addresses("anna"));
        staff.server().shutDown(true);
        try (var warnings = new Warnings("io.postern.gateway")) {
            assertEquals(List.of("unavailable"), addresses("alice"), "never seen");
            rig.clock.advance(Duration.ofHours(24));
            assertEquals(List.of("anna@example.com"), addresses("anna"));
            rig.clock.advance(Duration.ofHours(1));
            assertEquals(List.of("unavailable"), addresses("anna"));
            assertEquals(1, warnings.messages().size());
        }
    }

    @Test
    @DisplayName("who is gone from the directory has no address any more")
    void gone() throws LDAPException {
        assertEquals("granted anna", plain("anna", Staff.PASSWORD));
        staff.server().delete(Staff.ANNA);
        rig.clock.advance(Duration.ofHours(1));
        assertEquals(List.of(), addresses("anna"));
        assertEquals(WRONG, plain("anna", Staff.PASSWORD));
    }
}
