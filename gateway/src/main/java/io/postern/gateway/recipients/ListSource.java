package io.postern.gateway.recipients;

import io.postern.gateway.config.ConfigException;
import io.postern.mail.Domain;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/// The recipients that the configuration lists.
final class ListSource implements Source {
    private final String name;
    private final AddressTable table;

    /// @throws ConfigException when one of them is no address of the domain
    ListSource(Domain domain, List<String> addresses, RandomGenerator random) {
        name = "list of " + domain;
        var builder = new AddressTable.Builder(AddressDigest.random(random));
        for (var text : addresses) {
            var entry =
                    AddressFile.entry(text)
                            .orElseThrow(() ->
                                    new ConfigException(
                                            "domain "
                                                    + domain
                                                    + ": recipients.list has \""
                                                    + text
                                                    + "\", which is no address"));
            if (!entry.domain().equals(domain)) {
                throw new ConfigException(
                        "domain "
                                + domain
                                + ": recipients.list has "
                                + text
                                + ", which is of another domain");
            }
            builder.add(entry.normal());
        }
        table = builder.build();
    }

    @Override
    public Found find(NormalAddress address) {
        return table.match(address)
                .<Found>map(entry -> new Found.Known(name + ": " + entry))
                .orElseGet(() -> new Found.Unknown(name));
    }

    @Override
    public Standing standing() {
        return new Standing(name, true, OptionalLong.of(table.size()), Optional.empty(), "");
    }
}
