package io.postern.gateway.delivery;

import java.time.Duration;

/// Bounds of the delivery engine; the configuration's [outbound].
///
/// @param delayNotice after how long one delay DSN goes out; zero never
record DeliverySettings(
        int connectionsPerDestination,
        int connections,
        int recipientsPerTransaction,
        Duration idle,
        Duration expire,
        Duration delayNotice,
        int messagesInMemory,
        long octetsInMemory) {}
