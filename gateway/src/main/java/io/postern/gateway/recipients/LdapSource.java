package io.postern.gateway.recipients;

import com.unboundid.ldap.sdk.LDAPException;
import io.postern.gateway.config.Directory;
import io.postern.gateway.directory.Health;
import io.postern.gateway.directory.LdapClient;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Recipients in an LDAP directory. One for all domains that name it.
final class LdapSource implements Source {
    private final String name;
    private final Directory settings;
    private final LdapFilter filter;
    private final LdapClient client;
    private final AnswerCache cache;
    private final Health health;

    /// @throws io.postern.gateway.config.ConfigException when the settings make no sense together
    LdapSource(Directory settings, InstantSource clock) {
        this.settings = settings;
        name = "directory " + settings.name();
        filter = new LdapFilter(settings);
        client = new LdapClient(settings);
        cache = new AnswerCache(settings.remembering(), clock);
        health = new Health(name, Source.MEANWHILE, clock);
    }

    @Override
    public Found find(NormalAddress address) {
        var whole = one(address);
        var base = address.withoutDetail();
        return whole instanceof Found.Unknown && base.isPresent() ? one(base.get()) : whole;
    }

    private Found one(NormalAddress address) {
        return cache.answer(address.whole(), () -> ask(address));
    }

    private Found ask(NormalAddress address) {
        var paused = health.paused();
        if (paused.isPresent()) {
            return new Found.Unavailable(name + ": " + paused.get());
        }
        LdapClient.Answer<Boolean> answer;
        try {
            answer = client.ask(filter.of(address.localPart(), address.domain()));
        } catch (LDAPException e) {
            return new Found.Unavailable(name + ": no filter can be made: " + e.getMessage());
        }
        return switch (answer) {
            case LdapClient.Answer.Said<Boolean>(var there) -> {
                health.well();
                yield there ? new Found.Known(name) : new Found.Unknown(name);
            }
            case LdapClient.Answer.Trouble<Boolean>(var why, var ofTheDirectory) -> {
                if (ofTheDirectory) {
                    health.unwell(why);
                }
                yield new Found.Unavailable(name + ": " + why);
            }
        };
    }

    @Override
    public Standing standing() {
        var now = health.state();
        var servers =
                settings.servers().stream().map(Object::toString).collect(Collectors.joining(", "));
        return new Standing(
                name + " (" + servers + ")",
                now.well(),
                OptionalLong.of(cache.size()),
                Optional.of(now.since()),
                now.trouble());
    }

    @Override
    public void close() {
        client.close();
    }
}
