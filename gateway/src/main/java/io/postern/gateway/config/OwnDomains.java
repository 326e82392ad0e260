package io.postern.gateway.config;

import io.postern.mail.Domain;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;

/// Our domains in the order of the file, found by name at once: there may be ten thousand, and each
/// message asks.
final class OwnDomains extends AbstractList<Config.OwnDomain> implements RandomAccess {
    private final List<Config.OwnDomain> all;
    private final Map<Domain, Config.OwnDomain> byName = new HashMap<>();

    private OwnDomains(List<Config.OwnDomain> all) {
        this.all = List.copyOf(all);
        this.all.forEach(own -> byName.putIfAbsent(own.name(), own));
    }

    static OwnDomains of(List<Config.OwnDomain> domains) {
        return domains instanceof OwnDomains known ? known : new OwnDomains(domains);
    }

    Optional<Config.OwnDomain> named(Domain name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Config.OwnDomain get(int index) {
        return all.get(index);
    }

    @Override
    public int size() {
        return all.size();
    }
}
