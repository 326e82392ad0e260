package io.postern.km.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.km.secret.KmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the chain of audit lines")
class AuditTest {
    private static final String VAULT = "vault";

    @TempDir private Path folder;

    private final List<String> lines = new ArrayList<>();
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private final List<Checkpoint> cosigned = new ArrayList<>();
    private final KeyPair keys = newKeys();
    private final KeyPair vaultKeys = newKeys();

    private static KeyPair newKeys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void fill() {
        var prev = AuditLine.NOTHING;
        for (int i = 1; i <= 5; i++) {
            var line =
                    new AuditLine(
                            i,
                            Instant.parse("2026-11-22T12:00:00Z").plusSeconds(i),
                            "operator",
                            "issue",
                            "a" + i + "@example.com",
                            AuditLine.requestHash(Map.of("n", i + "")),
                            prev);
            lines.add(line.text());
            prev = line.hash();
            checkpoints.add(Checkpoint.sign(VAULT, i, prev, keys.getPrivate()));
            if (i == 3) {
                cosigned.add(Checkpoint.sign("cosigned/" + VAULT, i, prev, vaultKeys.getPrivate()));
            }
        }
        new AuditFile(folder).append(lines);
    }

    private AuditVerification.Result verify(Optional<String> head) {
        return AuditVerification.verify(
                VAULT,
                lines.iterator(),
                new AuditFile(folder),
                new AuditVerification.Signed(checkpoints.iterator(), Optional.of(keys.getPublic())),
                new AuditVerification.Signed(
                        cosigned.iterator(), Optional.of(vaultKeys.getPublic())),
                head);
    }

    private String faults() {
        return String.join("; ", verify(Optional.empty()).faults());
    }

    @Test
    @DisplayName("RFC 8785 §3.2 names sorted, shortest escapes, no blanks; read back only if so")
    void canonical() {
        var object = new TreeMap<String, Object>();
        object.put("b", 10L);
        object.put("a", "\u20ac$\u000f\nA'B\"\\\\\"/");
        object.put("\u00f6", "\ud800x");
        // The string of RFC 8785 §3.2.2.2; a lone surrogate is replaced.
        assertEquals(
                "{\"a\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"b\":10,\"\u00f6\":\"\ufffdx\"}",
                CanonicalJson.write(object));
        assertTrue(CanonicalJson.read("{\"a\":\"x\",\"b\":10}").isPresent());
        for (var text :
                List.of(
                        "",
                        "{",
                        "[]",
                        "null",
                        "{\"a\": \"x\"}",
                        "{\"b\":1,\"a\":2}",
                        "{\"a\":1,\"a\":1}",
                        "{\"a\":1.0}",
                        "{\"a\":99999999999999999999}",
                        "{\"a\":null}",
                        "{\"a\":{}}",
                        "{\"a\":\"\\u0041\"}",
                        "{\"a\":1}x",
                        "{\"a\":01}")) {
            assertTrue(CanonicalJson.read(text).isEmpty(), text);
        }
    }

    @Test
    @DisplayName("a whole one has no faults, and each head that was kept is in it")
    void whole() {
        var result = verify(Optional.of(AuditLine.parse(lines.get(2)).orElseThrow().hash()));
        assertEquals(List.of(), result.faults());
        assertEquals(5, result.lines());
        assertEquals(5, result.checkpoints());
        assertEquals(1, result.cosignatures());
    }

    @Test
    @DisplayName("a changed line is named, also when its file was changed with it")
    void changed() throws IOException {
        lines.set(1, lines.get(1).replace("a2@example.com", "b2@example.com"));
        Files.delete(folder.resolve(AuditFile.FILE));
        new AuditFile(folder).append(lines);
        var faults = faults();
        assertTrue(faults.contains("line 3 of the database does not follow on line 2"), faults);
        assertTrue(faults.contains("checkpoint of line 2"), faults);
    }

    @Test
    @DisplayName("a line that was taken out, and an end that was cut off, are named")
    void missing() {
        lines.remove(1);
        assertTrue(faults().contains("line 2 of the database is missing"), faults());
        lines.clear();
        assertTrue(faults().contains("a checkpoint signs line 5, which is gone"), faults());
    }

    @Test
    @DisplayName("who rewrites the chain with its hashes lacks the key of the checkpoints")
    void rewritten() {
        var other = newKeys();
        checkpoints.replaceAll(
                point -> Checkpoint.sign(VAULT, point.seq(), point.hash(), other.getPrivate()));
        assertTrue(faults().contains("not signed by the audit key"), faults());
        checkpoints.set(0, new Checkpoint(1, checkpoints.getFirst().hash(), "no base 64"));
        assertTrue(faults().contains("not signed by the audit key"), faults());
    }

    @Test
    @DisplayName("a folder that was taken back does not have the head that was kept")
    void takenBack() throws IOException {
        var head = verify(Optional.empty()).head();
        lines.removeLast();
        checkpoints.removeLast();
        Files.delete(folder.resolve(AuditFile.FILE));
        new AuditFile(folder).append(lines);
        assertEquals("", faults());
        assertTrue(
                verify(Optional.of(head)).faults().toString().contains("taken back"),
                "the kept head");
    }

    @Test
    @DisplayName("a database that was taken back is behind its file")
    void fileAhead() {
        lines.removeLast();
        checkpoints.removeLast();
        assertTrue(faults().contains("taken back"), faults());
    }

    @Test
    @DisplayName("half a line that a power failure left is cut off, a changed one is not")
    void tornEnd() throws IOException {
        var path = folder.resolve(AuditFile.FILE);
        Files.writeString(path, "{\"act\":\"iss", StandardOpenOption.APPEND);
        var file = new AuditFile(folder);
        assertEquals(5, file.last().orElseThrow().seq());
        assertEquals("", faults());
        Files.writeString(path, "rubbish\n", StandardOpenOption.APPEND);
        var said = assertThrows(KmException.class, file::last).getMessage();
        assertTrue(String.valueOf(said).contains("was changed"), said);
    }
}
