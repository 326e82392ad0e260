package io.postern.gateway.signing;

import io.postern.dns.Survey;
import io.postern.dns.ZoneUpdate;
import io.postern.keys.life.Publisher;
import java.time.Duration;
import java.util.function.Function;

/// Publishes by dynamic updates of a name server. RFC 2136.
final class UpdatePublisher implements Publisher {
    private final ZoneUpdate update;
    private final Function<String, Survey> survey;
    private final Duration ttl;

    UpdatePublisher(ZoneUpdate update, Function<String, Survey> survey, Duration ttl) {
        this.update = update;
        this.survey = survey;
        this.ttl = ttl;
    }

    @Override
    public Published publish(Change change) {
        return switch (survey.apply(change.name())) {
            case Survey.Asked asked -> publish(asked.zone(), change);
            case Survey.NoZone(var why) ->
                    new Published.Failed("there is no zone for " + change.name() + ": " + why);
            case Survey.Unknown(var why) ->
                    new Published.Failed(
                            "the zone of " + change.name() + " can't be found: " + why);
        };
    }

    private Published publish(String zone, Change change) {
        var outcome =
                change.text()
                        .map(text -> update.replaceTxt(zone, change.name(), text, ttl))
                        .orElseGet(() -> update.removeTxt(zone, change.name()));
        return switch (outcome) {
            case ZoneUpdate.Outcome.Done() -> new Published.Done();
            case ZoneUpdate.Outcome.Refused(var why) ->
                    new Published.Failed("the name server refused it: " + why);
            case ZoneUpdate.Outcome.Unreachable(var why) ->
                    new Published.Failed("the name server can't be reached: " + why);
        };
    }
}
