package io.postern.mail;

import java.io.IOException;
import java.io.InputStream;

/// Opens a body that lies elsewhere, as often as asked and from any thread.
@FunctionalInterface
public interface BodySource {
    /// A fresh stream at the first octet. The caller closes it.
    ///
    /// @throws IOException when it can't be read: temporary
    InputStream open() throws IOException;
}
