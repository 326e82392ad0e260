package io.postern.gateway.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.store.MessageStore;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The disk for mail being received")
class StorageTest {
    private long free = 1000;
    private final Storage storage =
            new Storage(() -> new MessageStore.Health(true, "", Duration.ZERO, free), 100);

    @Test
    @DisplayName("files of content take at most half of what is free above the limit")
    void half() {
        storage.look();
        assertTrue(storage.spool(400));
        free -= 400;
        storage.look();
        assertTrue(storage.spool(50));
        assertFalse(storage.spool(51));
        assertEquals(450, storage.spooled(), "what was refused is not counted");
        free -= 50;
        storage.look();
        assertFalse(storage.spool(1));
        assertTrue(storage.trouble().isEmpty(), "mail that needs no file is taken still");
    }

    @Test
    @DisplayName("never more than was free, however fast it is written between two looks")
    void betweenLooks() {
        storage.look();
        assertTrue(storage.spool(900));
        assertFalse(storage.spool(1));
    }

    @Test
    @DisplayName("what is deleted is given back")
    void back() {
        storage.look();
        assertTrue(storage.spool(900));
        storage.unspool(900);
        assertEquals(0, storage.spooled());
        assertTrue(storage.spool(900));
    }

    @Test
    @DisplayName("none before the disk was looked at, and none below the limit")
    void none() {
        assertFalse(storage.spool(1));
        free = 99;
        storage.look();
        assertFalse(storage.spool(1));
        assertFalse(storage.trouble().isEmpty());
    }
}
