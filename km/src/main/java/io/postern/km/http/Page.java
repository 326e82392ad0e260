package io.postern.km.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// An answer: status, fields and content.
public final class Page {
    private final int status;
    private final Map<String, String> fields;
    private final byte[] content;

    private Page(int status, Map<String, String> fields, byte[] content) {
        this.status = status;
        this.fields = fields;
        this.content = content;
    }

    static Page of(int status, String type, byte[] content) {
        return new Page(status, Map.of(), content)
                .with("Content-Type", type)
                .with("Content-Length", Integer.toString(content.length))
                .with("X-Content-Type-Options", "nosniff");
    }

    /// Words for people; never kept by caches.
    static Page error(int status, String words) {
        return of(
                        status,
                        "text/plain; charset=utf-8",
                        (words + "\n").getBytes(StandardCharsets.UTF_8))
                .with("Cache-Control", "no-store");
    }

    Page with(String name, String value) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Page(status, more, content);
    }

    /// RFC 9110 §9.3.2: the same without content.
    Page head() {
        return new Page(status, fields, new byte[0]);
    }

    /// RFC 9110 §15.4.5: what a cache needs, without content.
    Page notModified() {
        var fewer = new LinkedHashMap<>(fields);
        fewer.remove("Content-Type");
        fewer.remove("Content-Length");
        return new Page(304, fewer, new byte[0]);
    }

    /// Of RFC 9110.
    public int status() {
        return status;
    }

    /// In order; Content-Length is among them.
    public Map<String, String> fields() {
        return Collections.unmodifiableMap(fields);
    }

    /// Read-only; empty for HEAD and 304.
    public ByteBuffer content() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }
}
