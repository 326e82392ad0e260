package io.postern.gateway.delivery;

import java.time.Duration;

/// Bounds of the delivery engine; as the configuration gives them.
record DeliverySettings(
        int connectionsPerDestination,
        int connections,
        int recipientsPerTransaction,
        Duration idle,
        int messagesInMemory,
        long octetsInMemory) {}
