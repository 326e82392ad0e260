package io.postern.gateway.config;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/// What no single key of a [RateConfig] can say.
final class RateRules {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    /// Rates are asked for one by one at each command.
    private static final int MOST = 100;

    private RateRules() {}

    static void check(Config config, Binder binder, List<String> wrong) {
        var names = new HashSet<String>();
        for (int i = 0; i < config.rate().size(); i++) {
            var rate = config.rate().get(i);
            var place = binder.place("rate[" + i + "]");
            if (!NAME.matcher(rate.name()).matches()) {
                wrong.add(
                        binder.place("rate[" + i + "].name")
                                + "rate.name \""
                                + rate.name()
                                + "\" is not 1 to 40 small letters, digits and hyphens");
            }
            if (!names.add(rate.name())) {
                wrong.add(place + "there are two rates \"" + rate.name() + "\"");
            }
            var fault = fault(config, rate);
            if (!fault.isEmpty()) {
                wrong.add(place + "rate \"" + rate.name() + "\" " + fault);
            }
        }
        if (config.rate().size() > MOST) {
            wrong.add("there are more than " + MOST + " [[rate]]");
        }
    }

    private static String fault(Config config, RateConfig rate) {
        if (rate.reply() != 450 && rate.reply() != 421) {
            return "answers " + rate.reply() + ": say 450 or 421";
        }
        if (rate.limit().octets() && rate.what() != RateConfig.What.OCTETS) {
            return "counts "
                    + Binder.word(rate.what())
                    + ", which are no octets: write the limit as a number";
        }
        if (rate.what() == RateConfig.What.CONNECTIONS
                && rate.per() != RateConfig.Per.CLIENT
                && rate.per() != RateConfig.Per.NETWORK) {
            return "counts connections per "
                    + Binder.word(rate.per())
                    + ", which is not known at connect: say per client or network";
        }
        if (rate.what() == RateConfig.What.OCTETS
                && rate.limit().burst() < config.limits().messageSize().bytes()) {
            return "lets through "
                    + rate.limit().burst()
                    + " octets at once, and a message may have "
                    + config.limits().messageSize().bytes()
                    + " (limits.message_size): a larger one would be refused for ever. Raise the limit,"
                    + " give a burst, or lower message_size";
        }
        return "";
    }
}
