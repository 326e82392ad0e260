package io.postern.store;

/// The data folder is locked by another process: a gateway is running on it.
public final class FolderInUseException extends StoreException {
    private static final long serialVersionUID = 1L;

    FolderInUseException(DataFolder.Locked.InUse inUse) {
        super(inUse.reason());
    }
}
