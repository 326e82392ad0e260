package io.postern.gateway.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.gateway.config.Directory;
import io.postern.gateway.config.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("people whom a filter finds in a directory")
class DirectoryPeopleTest {
    private static Directory settings(int port) {
        return new Directory(
                "test",
                List.of(new HostPort("127.0.0.1", port)),
                Directory.Tls.NONE,
                Optional.<Path>empty(),
                Optional.empty(),
                Optional.empty(),
                "dc=example,dc=com",
                List.of("mail"),
                Optional.empty(),
                1,
                Duration.ofSeconds(5),
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                100);
    }

    @Test
    @DisplayName("come with their first address, over several pages, or not at all")
    void pages() throws Exception {
        try (var server = Directories.start()) {
            for (int i = 0; i < 1_200; i++) {
                server.add(
                        "dn: uid=u" + i + ",dc=example,dc=com",
                        "objectClass: person",
                        "employeeType: many",
                        "mail: u" + i + "@example.com",
                        "mail: other" + i + "@example.com");
            }
            server.add("dn: uid=none,dc=example,dc=com", "objectClass: person");
            var settings = settings(server.getListenPort());
            var many = DirectoryPeople.find(settings, "(employeeType=many)", 2_000);
            assertEquals(1_200, many.size());
            assertTrue(many.stream().allMatch(one -> one.address().orElse("").contains("u")));
            assertEquals(
                    Optional.empty(),
                    DirectoryPeople.find(settings, "(uid=none)", 10).getFirst().address());
            var more =
                    assertThrows(
                            IOException.class,
                            () -> DirectoryPeople.find(settings, "(employeeType=many)", 1_000));
            assertTrue(String.valueOf(more.getMessage()).contains("more than 1000"));
            assertThrows(IOException.class, () -> DirectoryPeople.find(settings, "(uid=", 1_000));
        }
        assertThrows(IOException.class, () -> DirectoryPeople.find(settings(1), "(uid=*)", 10));
    }
}
