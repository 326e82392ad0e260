package io.postern.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.keys.DkimKey;
import io.postern.keys.KeyType;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("DKIM keys that sign nothing, for `algorithms` leaves their type out")
class UsableKeysTest {
    @TempDir Path folder;

    @Test
    @DisplayName("mail is held and says so truly, the domain counts as silent, the start warns")
    void silent() throws Exception {
        try (var house = new KeyHouse(folder, "algorithms = [\"rsa\"]", "")) {
            house.house.makeKeys();
            house.gateway()
                    .keys()
                    .change(
                            KeyHouse.DOMAIN,
                            all ->
                                    all.stream()
                                            .map(key ->
                                                    key.type() == KeyType.RSA
                                                            ? key.with(
                                                                    DkimKey.State.CREATED,
                                                                    house.clock.instant(),
                                                                    "vanished")
                                                            : key)
                                            .toList());
            assertEquals(1, house.signing().size(), "an Ed25519 key is active");
            var kept = house.kept(house.submit("figures"));
            assertEquals("held", house.state(kept));
            assertEquals(
                    "dkim: no key of example.com of the types in its `algorithms` is in the DNS",
                    kept.facts().get("held"));
            assertTrue(
                    house.gateway().figures().scrape().contains("postern_dkim_domains_silent 1"));
            house.house.restart();
            assertTrue(
                    house.warnings.messages().stream()
                            .anyMatch(line -> line.contains("`algorithms` leaves out")),
                    house.warnings.messages().toString());
        }
    }
}
