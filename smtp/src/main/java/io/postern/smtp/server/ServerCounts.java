package io.postern.smtp.server;

/// What a server counted.
///
/// @param sessionsNow sessions open at this moment
/// @param sessionsTotal sessions greeted since the start
/// @param sessionsRefused connections answered 421 in place of a greeting, by a bound
/// @param acceptErrors times the system refused to hand over a connection
/// @param commands commands answered
/// @param refusedCommands commands answered 4yz or 5yz
/// @param messagesTaken contents answered 2yz
public record ServerCounts(
        long sessionsNow,
        long sessionsTotal,
        long sessionsRefused,
        long acceptErrors,
        long commands,
        long refusedCommands,
        long messagesTaken) {}
