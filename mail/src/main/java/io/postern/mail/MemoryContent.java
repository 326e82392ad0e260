package io.postern.mail;

import java.io.ByteArrayInputStream;

/// Makes a [Content] whose body is in memory.
public final class MemoryContent {
    private MemoryContent() {}

    /// A content of that header section and body. The array must not change any more.
    public static Content of(HeaderFields header, byte[] body) {
        var facts = new BodyFacts();
        facts.take(body, 0, body.length);
        return of(header, body, body.length, facts);
    }

    static Content of(HeaderFields header, byte[] body, int length, BodyFacts facts) {
        return BodyContent.inMemory(
                header, length, facts::with, () -> new ByteArrayInputStream(body, 0, length));
    }
}
