package io.postern.gateway.recipients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import io.postern.gateway.directory.Directories;
import io.postern.gateway.directory.Hostile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("All addresses of a directory, for a pushed list")
@Timeout(60)
class DirectoryExportTest {
    private static final Instant MADE = Instant.parse("2026-11-22T08:00:00Z");

    @Test
    @DisplayName("addresses of all attributes, over several pages, and nothing else")
    void all() throws LDAPException, LDIFException, IOException {
        var server = Directories.start();
        try {
            for (int i = 0; i < 1200; i++) {
                server.add(
                        "dn: uid=user" + i + ",dc=example,dc=com",
                        "objectClass: person",
                        "mail: user" + i + "@example.com");
            }
            var found = new TreeSet<String>();
            try (var export = new DirectoryExport(Directories.settings(server.getListenPort()))) {
                assertEquals("", export.into(found::add));
            }
            assertEquals(1200 + 5, found.size());
            found.removeIf(address -> address.startsWith("user"));
            assertEquals(
                    new TreeSet<>(
                            List.of(
                                    "anna@example.com",
                                    "Anna.Example@example.com",
                                    "Bert@Example.com",
                                    "bertie@example.com",
                                    "a(b)*\\c@example.com")),
                    found);
        } finally {
            server.shutDown(true);
        }
    }

    @Test
    @DisplayName("a filter of one's own names who is exported too")
    void filter() throws IOException {
        var server = Directories.start();
        try (var export =
                new DirectoryExport(
                        Directories.withFilter(
                                Directories.settings(server.getListenPort()),
                                "(&(objectClass=person)(mailAlternateAddress={address}))"))) {
            var found = new TreeSet<String>();
            assertEquals("", export.into(found::add));
            assertEquals(Set.of("Bert@Example.com", "bertie@example.com"), found);
        } finally {
            server.shutDown(true);
        }
    }

    @Test
    @DisplayName("a directory that is down, or does not give all of it, makes no list")
    void down() throws IOException {
        int dead;
        try (var gone = new Hostile(_ -> {})) {
            dead = gone.port();
        }
        var to = new ByteArrayOutputStream();
        try (var export = new DirectoryExport(Directories.settings(dead))) {
            assertInstanceOf(
                    PushedLists.Hashed.Bad.class,
                    PushedLists.hash(export, Set.of(), MADE, new Random(13), to));
        }
        assertEquals(0, to.size());
    }

    @Test
    @DisplayName("what is hashed of a directory is found in the list")
    void hashed() throws IOException {
        var server = Directories.start();
        var to = new ByteArrayOutputStream();
        try (var export = new DirectoryExport(Directories.settings(server.getListenPort()))) {
            assertInstanceOf(
                    PushedLists.Hashed.Ok.class,
                    PushedLists.hash(export, Set.of("example.com"), MADE, new Random(14), to));
        } finally {
            server.shutDown(true);
        }
        var list =
                assertInstanceOf(
                                PushedList.Parsed.Ok.class,
                                PushedList.read(new ByteArrayInputStream(to.toByteArray())))
                        .list();
        // "a(b)*\c" would need quotes; what is no address as it stands is left out.
        assertEquals(4, list.table().size());
        assertEquals(true, list.table().match(Ask.address("bertie@example.com")).isPresent());
    }
}
