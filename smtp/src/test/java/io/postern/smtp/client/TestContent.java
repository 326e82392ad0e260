package io.postern.smtp.client;

import io.postern.mail.Content;
import io.postern.mail.ContentFacts;
import io.postern.mail.HeaderFields;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A content of given octets, with facts that need not be true, and with trouble on demand.
final class TestContent implements Content {
    static final ContentFacts PLAIN = new ContentFacts(false, false, 70, false, false);

    private final byte[] octets;
    private final ContentFacts facts;
    private final int failsAfter;

    private TestContent(byte[] octets, ContentFacts facts, int failsAfter) {
        this.octets = octets;
        this.facts = facts;
        this.failsAfter = failsAfter;
    }

    /// Lines, each ended by CRLF.
    static TestContent lines(String... lines) {
        return new TestContent(
                (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8),
                PLAIN,
                Integer.MAX_VALUE);
    }

    static TestContent of(String octets) {
        return new TestContent(
                octets.getBytes(StandardCharsets.ISO_8859_1), PLAIN, Integer.MAX_VALUE);
    }

    static TestContent ofSize(int size) {
        var octets = new byte[size];
        for (int i = 0; i < size; i++) {
            octets[i] = (byte) (i % 72 == 70 ? '\r' : i % 72 == 71 ? '\n' : 'a' + i % 26);
        }
        return new TestContent(octets, PLAIN, Integer.MAX_VALUE);
    }

    TestContent with(ContentFacts others) {
        return new TestContent(octets, others, failsAfter);
    }

    /// Can be read no further than that.
    TestContent failingAfter(int count) {
        return new TestContent(octets, facts, count);
    }

    @Override
    public boolean inMemory() {
        return true;
    }

    @Override
    public HeaderFields header() {
        return new HeaderFields(List.of());
    }

    @Override
    public long bodySize() {
        return octets.length;
    }

    @Override
    public long size() {
        return octets.length;
    }

    @Override
    public ContentFacts facts() {
        return facts;
    }

    @Override
    public InputStream openBody() {
        return new ByteArrayInputStream(octets);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        if (failsAfter < octets.length) {
            out.write(octets, 0, failsAfter);
            throw new IOException("the disk is gone");
        }
        out.write(octets);
    }

    @Override
    public Content withHeader(HeaderFields header) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // Nothing to free.
    }
}
