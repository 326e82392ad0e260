package io.postern.km.http;

import io.postern.km.ca.Window;

/// A revocation list as it is handed out.
public final class PublishedList {
    private final byte[] der;
    private final Window window;

    /// The list's octets, not copied and not to be changed any more: it may be of megabytes.
    public PublishedList(byte[] der, Window window) {
        this.der = der;
        this.window = window;
    }

    byte[] der() {
        return der;
    }

    /// The list's octets, not copied and not to be changed.
    public byte[] octets() {
        return der;
    }

    Window window() {
        return window;
    }
}
