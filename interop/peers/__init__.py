"""Real peers on loopback: servers, clients and sinks that the interop suite and the benchmarks share."""
