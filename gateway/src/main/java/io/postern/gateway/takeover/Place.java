package io.postern.gateway.takeover;

/// Where something stands in the old set-up.
///
/// @param line from 1; 0 for the file as a whole
record Place(String file, int line) {
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
