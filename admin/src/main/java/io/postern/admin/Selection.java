package io.postern.admin;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.postern.store.QueueFilter;
import io.postern.store.QueueId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Which entries of the queue are meant: all conditions that are given must hold.
///
/// @param id of the message
/// @param domain the recipient's domain, exactly
/// @param from part of the reverse-path, without case
/// @param to part of the forward-path, without case
/// @param olderThan received longer ago than this
/// @param newerThan received less long ago than this
/// @param state `queued` or `held`
/// @param all that everything is meant, when no condition is given and something is to be changed
public record Selection(
        Optional<String> id,
        Optional<String> domain,
        Optional<String> from,
        Optional<String> to,
        Optional<Duration> olderThan,
        Optional<Duration> newerThan,
        Optional<String> state,
        boolean all) {
    /// No condition; fit to read, not to change.
    public static final Selection NONE =
            new Selection(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    false);

    /// That message.
    public static Selection ofId(String id) {
        return new Selection(
                Optional.of(id),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /// Whether any condition is given.
    @JsonIgnore
    public boolean anyCondition() {
        return id.isPresent()
                || domain.isPresent()
                || from.isPresent()
                || to.isPresent()
                || olderThan.isPresent()
                || newerThan.isPresent()
                || state.isPresent();
    }

    /// The store's form.
    ///
    /// @throws OperationException when the id or the state is not one
    QueueFilter filter(Instant now) {
        state.filter(word -> !word.equals("queued") && !word.equals("held"))
                .ifPresent(word -> {
                    throw OperationException.invalid(
                            "there is no state " + word, "use queued or held");
                });
        return new QueueFilter(
                id.map(Selection::queueId),
                domain,
                from,
                to,
                olderThan.map(now::minus),
                newerThan.map(now::minus),
                state);
    }

    static QueueId queueId(String text) {
        return QueueId.parse(text)
                .orElseThrow(() ->
                        OperationException.invalid(
                                text + " is not a queue id",
                                "copy one from `postern queue list` or `postern track`"));
    }
}
