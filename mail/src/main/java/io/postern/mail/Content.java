package io.postern.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// The content of a message: header section in memory, body wherever it is (memory, a file, the
/// store).
///
/// Immutable; may be read many times and by several threads. Whoever made it closes it; a copy made
/// by [#withHeader] shares the body and need not be closed.
public interface Content extends AutoCloseable {
    /// The header section, without the empty line that ends it.
    HeaderFields header();

    /// Octets of the body: all after the empty line.
    long bodySize();

    /// Octets of the whole: header section, the empty line, and the body.
    long size();

    /// Whether reading the body needs neither file nor store.
    boolean inMemory();

    /// What was seen of the octets as they passed.
    ContentFacts facts();

    /// The body from its first octet. The caller closes it.
    ///
    /// @throws IOException when the file or the store can't be read: temporary, never the peer's
    ///   fault
    InputStream openBody() throws IOException;

    /// Writes header section, empty line and body, octet for octet.
    void writeTo(OutputStream out) throws IOException;

    /// The same body under another header section.
    Content withHeader(HeaderFields header);

    /// Frees memory or deletes the file. Idempotent.
    @Override
    void close();
}
