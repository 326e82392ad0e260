package io.postern.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A header section over a body wherever it is. Copies under another header share the body and the
/// one who closes.
final class BodyContent implements Content {
    /// Says what a next hop needs when this header section stands above the body.
    interface Facts {
        ContentFacts under(HeaderFields header);
    }

    private final HeaderFields header;
    private final Body body;
    private volatile @Nullable ContentFacts facts;

    private BodyContent(HeaderFields header, Body body) {
        this.header = header;
        this.body = body;
    }

    static Content inMemory(HeaderFields header, long bodySize, Facts facts, BodySource source) {
        return new BodyContent(
                header, new Body(bodySize, true, facts, source, () -> {}, new AtomicBoolean()));
    }

    static Content elsewhere(
            HeaderFields header, long bodySize, Facts facts, BodySource source, Runnable onClose) {
        return new BodyContent(
                header, new Body(bodySize, false, facts, source, onClose, new AtomicBoolean()));
    }

    private record Body(
            long size,
            boolean inMemory,
            Facts facts,
            BodySource source,
            Runnable onClose,
            AtomicBoolean closed) {}

    @Override
    public HeaderFields header() {
        return header;
    }

    @Override
    public long bodySize() {
        return body.size;
    }

    @Override
    public long size() {
        return header.size() + 2 + body.size;
    }

    @Override
    public boolean inMemory() {
        return body.inMemory;
    }

    @Override
    public ContentFacts facts() {
        var known = facts;
        if (known == null) {
            known = body.facts.under(header);
            facts = known; // a race computes the same twice
        }
        return known;
    }

    @Override
    public InputStream openBody() throws IOException {
        if (body.closed.get()) {
            throw new IllegalStateException("content read after it was closed");
        }
        return body.source.open();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        header.writeTo(out);
        try (var in = openBody()) {
            in.transferTo(out);
        }
    }

    @Override
    public Content withHeader(HeaderFields other) {
        return new BodyContent(other, body);
    }

    @Override
    public void close() {
        if (body.closed.compareAndSet(false, true)) {
            body.onClose.run();
        }
    }
}
