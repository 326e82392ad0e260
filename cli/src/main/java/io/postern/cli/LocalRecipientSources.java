package io.postern.cli;

import io.postern.admin.OperationException;
import io.postern.gateway.config.Config;
import io.postern.gateway.config.ConfigException;
import io.postern.gateway.delivery.Delivery;
import io.postern.gateway.recipients.OwnRecipients;
import io.postern.gateway.tls.NextHopTls;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The recipients of a gateway that does not run, read from its configuration when they are asked
/// for.
final class LocalRecipientSources implements AutoCloseable {
    private final Optional<Config> config;
    private final InstantSource clock;
    private @Nullable OwnRecipients opened;

    LocalRecipientSources(Optional<Config> config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    OwnRecipients get() {
        var ready = opened;
        if (ready == null) {
            var known =
                    config.orElseThrow(() ->
                            new OperationException(
                                    OperationException.Kind.REFUSED,
                                    "the gateway does not run, so where its recipients are is not"
                                            + " known",
                                    "name the file with --config"));
            ready =
                    new OwnRecipients(
                            known,
                            new OwnRecipients.Means(
                                    clock,
                                    new SecureRandom(),
                                    own -> Delivery.towards(known, own, () -> tls(known), clock)));
            opened = ready;
        }
        return ready;
    }

    /// Read when a host is connected to: most questions need none.
    private static NextHopTls tls(Config config) {
        try {
            return NextHopTls.read(config);
        } catch (IOException e) {
            throw new ConfigException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
