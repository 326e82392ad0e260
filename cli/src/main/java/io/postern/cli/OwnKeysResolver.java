package io.postern.cli;

import io.postern.admin.KeyView;
import io.postern.dns.Answer;
import io.postern.dns.MxRecord;
import io.postern.dns.Resolver;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers for the gateway's own key records as they will stand in the DNS, and asks another
/// resolver, made when it is needed, for everything else. Confined to one thread.
final class OwnKeysResolver implements Resolver {
    private final Map<String, String> records = new TreeMap<>();
    private final Supplier<Resolver> make;
    private @Nullable Resolver others;

    OwnKeysResolver(List<KeyView> keys, Supplier<Resolver> others) {
        keys.forEach(key -> records.put(normal(key.name()), key.text()));
        this.make = others;
    }

    private static String normal(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    @Override
    public Answer<String> txt(String name) {
        var text = records.get(normal(name));
        return text == null
                ? others().txt(name)
                : new Answer.Records<>(List.of(text), Duration.ZERO, true);
    }

    @Override
    public Answer<MxRecord> mx(String name) {
        return others().mx(name);
    }

    @Override
    public Answer<InetAddress> a(String name) {
        return others().a(name);
    }

    @Override
    public Answer<InetAddress> aaaa(String name) {
        return others().aaaa(name);
    }

    @Override
    public Answer<String> ptr(InetAddress address) {
        return others().ptr(address);
    }

    private Resolver others() {
        if (others == null) {
            others = make.get();
        }
        return others;
    }
}
