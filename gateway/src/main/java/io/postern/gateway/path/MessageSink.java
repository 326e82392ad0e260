package io.postern.gateway.path;

import io.postern.auth.dkim.BodyHasher;
import io.postern.auth.dmarc.DmarcPolicy;
import io.postern.auth.dmarc.DmarcResult;
import io.postern.auth.dmarc.DmarcVerdict;
import io.postern.gateway.authentication.Authenticating;
import io.postern.gateway.authentication.Authentication;
import io.postern.gateway.authentication.Findings;
import io.postern.gateway.authentication.MessageResults;
import io.postern.gateway.delivery.DeliveryEngine;
import io.postern.gateway.delivery.Destination;
import io.postern.gateway.events.MailLog;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.reports.JudgedMail;
import io.postern.gateway.seen.Fate;
import io.postern.gateway.treat.Treatment;
import io.postern.gateway.treat.TreatmentException;
import io.postern.mail.BodyTap;
import io.postern.mail.BodyType;
import io.postern.mail.Content;
import io.postern.mail.ContentBuilder;
import io.postern.mail.ContentRewriter;
import io.postern.mail.Envelope;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import io.postern.mail.NoRoomException;
import io.postern.mail.Trace;
import io.postern.smtp.Reply;
import io.postern.smtp.client.SendResult;
import io.postern.smtp.server.DataSink;
import io.postern.smtp.server.SessionFacts;
import io.postern.store.Decision;
import io.postern.store.MessageStore;
import io.postern.store.NewMessage;
import io.postern.store.QueueId;
import io.postern.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Receives one message: its octets as they pass, then treatment, keeping and the reply. For one
/// thread.
final class MessageSink implements DataSink {
    private static final Logger LOG = LoggerFactory.getLogger(MessageSink.class);

    private final MailPath path;
    private final PerimeterHandler handler;
    private final SessionFacts session;
    private final Envelope envelope;
    private final BodyHasher hasher;
    private final Optional<Authenticating> authenticating;
    private final ContentRoom room;
    private final ContentBuilder builder;
    private Optional<HeaderFields> header = Optional.empty();
    private Optional<MessageResults> results = Optional.empty();
    private String rule = "";
    private Optional<String> kept = Optional.empty();

    MessageSink(MailPath path, PerimeterHandler handler, SessionFacts session, Envelope envelope) {
        this.path = path;
        this.handler = handler;
        this.session = session;
        this.envelope = envelope;
        this.hasher = path.treatment().hasher();
        this.room = new ContentRoom(handler.memory(), path.storage());
        this.authenticating = handler.authenticating();
        this.builder = path.builder(tap(), room);
    }

    /// Who sees the content pass.
    private BodyTap tap() {
        return authenticating
                .<BodyTap>map(one ->
                        new BodyTap() {
                            @Override
                            public void header(HeaderFields fields) {
                                one.header(fields);
                            }

                            @Override
                            public void body(byte[] octets, int offset, int length) {
                                hasher.update(octets, offset, length);
                                one.body(octets, offset, length);
                            }
                        })
                .orElse(hasher::update);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        builder.write(octets, offset, length);
    }

    @Override
    public void abandon() {
        release();
    }

    private void release() {
        builder.close();
        room.close();
    }

    @Override
    public Reply finish() {
        var reply = reply();
        if (!handler.listener().role().sendsOut()) {
            path.seen()
                    .add(() ->
                            handler.seen(
                                    session,
                                    envelope,
                                    builder.size(),
                                    header,
                                    results,
                                    kept,
                                    fate(reply)));
        }
        handler.settled(session, envelope, builder.size(), header, reply);
        // What is put off comes again, and is counted then.
        if (results.isPresent() && header.isPresent() && reply.code() / 100 != 4) {
            path.reporting()
                    .judged(
                            judged(results.get(), reply),
                            envelope,
                            header.get(),
                            () -> path.authentication().written(results.get()));
        }
        return reply;
    }

    private JudgedMail judged(MessageResults found, Reply reply) {
        if (!reply.positive()) {
            var by = rule.isEmpty() ? handler.refusedBy() : rule;
            return new JudgedMail(
                    found,
                    JudgedMail.Done.REFUSED,
                    by.equals(Authentication.DMARC)
                            ? Optional.empty()
                            : Optional.of("refused by the rule " + by));
        }
        var remarks = handler.dossier().remarks();
        boolean quarantined =
                remarks.contains(new Opinion.Remark.Tag(Authentication.DMARC))
                        || remarks.contains(new Opinion.Remark.Hold(Authentication.DMARC));
        boolean spared =
                !quarantined
                        && found.dmarc()
                                .filter(dmarc -> dmarc.verdict() instanceof DmarcVerdict.Fail)
                                .flatMap(DmarcResult::effective)
                                .filter(policy -> policy != DmarcPolicy.NONE)
                                .isPresent();
        return new JudgedMail(
                found,
                quarantined ? JudgedMail.Done.QUARANTINED : JudgedMail.Done.DELIVERED,
                spared ? Optional.of(override()) : Optional.empty());
    }

    /// Why a failure was not acted upon.
    private String override() {
        return handler.dossier().decisions().stream()
                .filter(decision -> decision.check().equals(Authentication.DMARC))
                .map(Decision::conclusion)
                .findFirst()
                .orElse("let pass by a list or rule of this site");
    }

    private Fate fate(Reply reply) {
        return reply.positive()
                ? hold().map(why -> Fate.held(why, tags())).orElseGet(() -> Fate.accepted(tags()))
                : handler.refused(reply);
    }

    private Reply reply() {
        try {
            return switch (builder.finish()) {
                case ContentBuilder.Built.Ok(var content) -> received(content);
                case ContentBuilder.Built.Refused(var reason, var why) ->
                        refused(
                                "header",
                                switch (reason) {
                                    case HEADER_TOO_LARGE -> Reply.of(552, "5.3.4", why);
                                    case HEADER_MALFORMED -> Reply.of(554, "5.6.0", why);
                                });
            };
        } catch (NoRoomException e) {
            return refused("room", Reply.of(452, "4.3.1", e.getMessage() + ", try again later"));
        } catch (IOException | TreatmentException | StoreException e) {
            LOG.warn("message in session {} deferred: {}", session.sessionId(), e.toString());
            return refused(
                    "internal",
                    Reply.of(451, "4.3.0", "the message can't be processed now, try again later"));
        } finally {
            release();
        }
    }

    private Reply received(Content content) {
        header = Optional.of(content.header());
        boolean closeIt = true;
        try {
            results = authenticating.map(Authenticating::finish);
            var refusal =
                    handler.message(session, envelope, content.size(), content.header(), results);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            var now = path.clock().instant();
            var id = path.store().nextId();
            var decisions = decisions();
            var destinations =
                    envelope.recipients().stream()
                            .map(to -> path.routes().of(to.path()).orElseThrow())
                            .toList();
            var treated = treated(content, destinations, id, now, decisions);
            return switch (carried(treated, destinations)) {
                case Treatment.Treated.Refused(var rule, var reply) -> refused(rule, reply);
                case Treatment.Treated.Ready(var ready, var rewritten, var unproven) -> {
                    takeReport(ready, id);
                    boolean stays = ready.inMemory();
                    boolean given = false;
                    try {
                        var reply =
                                keep(
                                        id,
                                        ready,
                                        rewritten,
                                        hold(unproven),
                                        destinations,
                                        decisions,
                                        now,
                                        stays);
                        given = reply.positive() && stays;
                        closeIt = rewritten || !given;
                        yield reply;
                    } finally {
                        if (rewritten && !given) {
                            ready.close();
                        }
                    }
                }
            };
        } finally {
            if (closeIt) {
                content.close();
            }
        }
    }

    /// The decision record so far: who handed the message in, what the checks said, what was
    /// repaired.
    private List<Decision> decisions() {
        var decisions = new ArrayList<Decision>();
        decisions.add(
                Treatment.decision(
                        "client",
                        (handler.listener().role().sendsOut() ? "inside host" : "stranger")
                                + " at listener "
                                + session.listener(),
                        "address",
                        session.client().getAddress().getHostAddress(),
                        "helo",
                        helo()));
        results.ifPresent(one -> decisions.addAll(Findings.of(one)));
        decisions.addAll(handler.dossier().decisions());
        for (var repair : builder.repairs()) {
            decisions.add(Treatment.decision("repair", repair));
        }
        return decisions;
    }

    private Treatment.Treated treated(
            Content content,
            List<Destination> destinations,
            QueueId id,
            Instant now,
            List<Decision> decisions) {
        var listener = handler.listener();
        var task =
                new Treatment.Task(
                        content,
                        room,
                        hasher.finish().getFirst(),
                        target(destinations),
                        trace(content.header(), id, now),
                        listener.unsigned(),
                        now);
        return listener.role().sendsOut()
                ? path.treatment().outbound(task, decisions)
                : path.treatment().inbound(task, stamps(), tags(), decisions);
    }

    /// A stranger's message that all inside hosts of a recipient would refuse, by what they
    /// announced, is refused here: taken, it would end as a DSN to whoever the stranger says it is.
    /// Asked of what would leave, for it has grown by our fields.
    private Treatment.Treated carried(Treatment.Treated treated, List<Destination> destinations) {
        if (handler.listener().role().sendsOut()
                || !(treated instanceof Treatment.Treated.Ready(var content, var rewritten, _))) {
            return treated;
        }
        var leaving = envelopeAfter(content, rewritten);
        for (var destination : Set.copyOf(destinations)) {
            var its =
                    IntStream.range(0, destinations.size())
                            .filter(at -> destinations.get(at).equals(destination))
                            .mapToObj(envelope.recipients()::get)
                            .toList();
            var obstacle =
                    path.engine()
                            .obstacle(
                                    destination,
                                    leaving.withRecipients(its),
                                    content.facts(),
                                    content.size());
            if (obstacle.isPresent()) {
                if (rewritten) {
                    content.close();
                }
                return notCarried(obstacle.get());
            }
        }
        return treated;
    }

    private static Treatment.Treated.Refused notCarried(SendResult.Reason why) {
        return switch (why) {
            // RFC 1870 §6.3.
            case TOO_LARGE ->
                    new Treatment.Treated.Refused(
                            "size", Reply.of(552, "5.3.4", "larger than a recipient's host takes"));
            // RFC 6531 §3.5: after the final dot 554, and X.6.9.
            case SMTP_UTF8 ->
                    new Treatment.Treated.Refused(
                            "smtputf8",
                            Reply.of(
                                    554,
                                    "5.6.9",
                                    "a recipient's host takes no header fields beyond ASCII"));
            // RFC 3463 §3.7: X.6.3 conversion required but not supported.
            case EIGHT_BIT, BINARY ->
                    new Treatment.Treated.Refused(
                            "conversion",
                            Reply.of(554, "5.6.3", "a recipient's host takes no such octets"));
        };
    }

    /// Why the message is to be held, if a check said so.
    private Optional<String> hold() {
        return handler.dossier().remarks().stream()
                .filter(Opinion.Remark.Hold.class::isInstance)
                .map(remark -> ((Opinion.Remark.Hold) remark).reason())
                .findFirst();
    }

    /// The same, or for want of a key. Whoever holds it for another reason is named first, for that
    /// one decides when it goes.
    private Optional<String> hold(Optional<String> unproven) {
        var both = Stream.concat(hold().stream(), unproven.stream()).toList();
        return both.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", both));
    }

    /// A report to us about our own domains is read before delivery has the content. One that may
    /// be forged is not (RFC 9990 §8).
    private void takeReport(Content content, QueueId id) {
        boolean forged =
                results.flatMap(MessageResults::dmarc)
                        .map(dmarc -> !dmarc.passed())
                        .orElse(results.isPresent());
        if (!forged) {
            path.reporting().intake().received(envelope, content, id.toString());
        }
    }

    /// What we say of who sent it, to the inside server.
    private List<HeaderField> stamps() {
        return results.map(one -> path.authentication().stamps(one)).orElse(List.of());
    }

    private List<String> tags() {
        return handler.dossier().remarks().stream()
                .filter(Opinion.Remark.Tag.class::isInstance)
                .map(remark -> ((Opinion.Remark.Tag) remark).word())
                .distinct()
                .toList();
    }

    private ContentRewriter.Target target(List<Destination> destinations) {
        // A binary body goes on in lines whatever the next hop offers: few hops take BINARYMIME.
        return destinations.stream().anyMatch(path.engine()::refusesEightBit)
                ? ContentRewriter.Target.SEVEN_BIT
                : ContentRewriter.Target.LINES;
    }

    private Reply keep(
            QueueId id,
            Content content,
            boolean rewritten,
            Optional<String> hold,
            List<Destination> destinations,
            List<Decision> decisions,
            Instant now,
            boolean stays) {
        var plan =
                hold.isEmpty()
                        ? path.engine().plan(destinations, now)
                        : new DeliveryEngine.Plan(false, now, "held: " + hold.get());
        decisions.add(
                Treatment.decision(
                        "route",
                        plan.note().isEmpty() ? "delivered at once" : plan.note(),
                        "destinations",
                        String.join(
                                ", ",
                                destinations.stream().map(Destination::name).distinct().toList())));
        var expires = now.plus(path.config().outbound().expire());
        var notice = path.config().outbound().delayNotice();
        var deadline =
                notice.isZero() || notice.compareTo(Duration.between(now, expires)) >= 0
                        ? expires
                        : now.plus(notice);
        var message =
                new NewMessage(
                        id,
                        now,
                        envelopeAfter(content, rewritten),
                        content,
                        destinations.stream().map(Destination::name).toList(),
                        plan.due(),
                        deadline,
                        expires,
                        plan.inMemory(),
                        facts(content.header(), hold),
                        decisions);
        var reply = path.keeper().keep(message, stays);
        if (reply.positive()) {
            kept = Optional.of(id.toString());
            path.figures().received.increment();
            MailLog.event(
                    "received",
                    "id",
                    id,
                    "session",
                    session.sessionId(),
                    "listener",
                    session.listener(),
                    "client",
                    session.client().getAddress().getHostAddress(),
                    "from",
                    envelope.reversePath(),
                    "rcpts",
                    envelope.recipients().size(),
                    "size",
                    content.size(),
                    "msgid",
                    message.facts().getOrDefault("messageId", ""),
                    "held",
                    hold.orElse("no"));
        } else {
            logRefusal("storage", reply);
        }
        return reply;
    }

    /// What the next hop is told of the body: what it is now, not what it was.
    private Envelope envelopeAfter(Content content, boolean rewritten) {
        if (!rewritten && envelope.bodyType() != BodyType.BINARY_MIME) {
            return envelope;
        }
        var type = content.facts().eightBitBody() ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT;
        return new Envelope(
                envelope.reversePath(),
                type,
                envelope.smtpUtf8(),
                envelope.ret(),
                envelope.envelopeId(),
                envelope.recipients());
    }

    private HeaderField trace(HeaderFields header, QueueId id, Instant now) {
        var recipients = envelope.recipients();
        var facts =
                new Trace.Received(
                        helo(),
                        handler.reverseName(session),
                        session.client().getAddress(),
                        path.config().hostname().name(),
                        session.protocol(envelope.smtpUtf8()),
                        session.tls(),
                        id.toString(),
                        recipients.size() == 1
                                ? Optional.of(recipients.getFirst().path())
                                : Optional.empty(),
                        now);
        return handler.listener().role().sendsOut() && path.config().headerFirewall().hideInside()
                ? Trace.received(facts, Trace.hops(header))
                : Trace.received(facts);
    }

    private String helo() {
        return session.heloName().orElse("unknown");
    }

    /// What `track` finds a message by.
    private Map<String, String> facts(HeaderFields header, Optional<String> hold) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("client", session.client().getAddress().getHostAddress());
        facts.put("helo", helo());
        facts.put("listener", session.listener());
        facts.put("session", session.sessionId());
        facts.put("protocol", session.protocol(envelope.smtpUtf8()));
        session.tls().ifPresent(tls -> facts.put("tls", tls));
        session.user().ifPresent(user -> facts.put("user", user));
        hold.ifPresent(reason -> facts.put(MessageStore.HELD, reason));
        header.first("From").ifPresent(field -> facts.put("author", shown(field)));
        header.first("Message-ID").ifPresent(field -> facts.put("messageId", shown(field)));
        header.first("Subject").ifPresent(field -> facts.put("subject", shown(field)));
        return facts;
    }

    /// A field's body for people: decoded, on one line, bounded, without control characters.
    private static String shown(HeaderField field) {
        var raw = field.rawBody();
        var start = raw.substring(0, Math.min(raw.length(), 400));
        var text = new String(start.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        var clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length() && clean.length() < 200; i++) {
            if (!Character.isISOControl(text.charAt(i))) {
                clean.append(text.charAt(i));
            }
        }
        return clean.toString().strip();
    }

    private Reply refused(String by, Reply reply) {
        rule = by;
        logRefusal(by, reply);
        return reply;
    }

    private void logRefusal(String rule, Reply reply) {
        handler.log(
                session,
                Stage.MESSAGE,
                envelope.reversePath().toString(),
                envelope.recipients().getFirst().path().toString(),
                rule,
                reply);
    }
}
