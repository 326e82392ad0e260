package io.postern.bench;

import io.postern.gateway.config.ConfigReader;
import io.postern.gateway.events.Figures;
import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Situation;
import io.postern.gateway.policy.Stage;
import io.postern.gateway.rules.Rules;
import io.postern.gateway.rules.RulesCheck;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.ForwardPath;
import io.postern.mail.HeaderFields;
import io.postern.mail.HeaderLimits;
import io.postern.mail.HeaderParse;
import io.postern.mail.Mailbox;
import io.postern.mail.ReversePath;
import io.postern.smtp.server.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What ten rules cost at a stage when none holds, as nearly always: microseconds beside the 700 of
/// a signature.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RulesBenchmark {
    private static final int RULES = 10;

    private RulesCheck check = new RulesCheck(Rules.NONE, _ -> "", new Figures());
    private Situation rcpt = situation("", Stage.RCPT);
    private Situation message = situation("", Stage.MESSAGE);

    @Setup
    public void prepare() {
        var text = new StringBuilder(LEAST);
        for (int i = 0; i < RULES; i++) {
            text.append(
                    rule(
                            "rcpt" + i,
                            "rcpt",
                            "client.ip.within('10."
                                    + i
                                    + ".0.0/16') && helo.matches('^dyn-[0-9]+') || forward_path.local == 'nobody"
                                    + i
                                    + "'"));
            text.append(
                    rule(
                            "message" + i,
                            "message",
                            "subject.contains('offer"
                                    + i
                                    + "') && header.first('x-mailer') == 'Bulk' || size > 100000000"));
        }
        check =
                new RulesCheck(
                        Rules.of(ConfigReader.parse(text.toString(), "bench", Path.of("."))),
                        _ -> "",
                        new Figures());
        rcpt = situation(text.toString(), Stage.RCPT);
        message = situation(text.toString(), Stage.MESSAGE);
    }

    private static final String LEAST =
            """
            hostname = "gw.example.com"
            [[listener]]
            role = "outbound"
            address = "127.0.0.1:2525"
            [[domain]]
            name = "example.com"
            """;

    private static String rule(String name, String stage, String when) {
        return "[[rule]]\nname = \"%s\"\nstage = \"%s\"\nwhen = '''%s'''\naction = \"refuse\"\n"
                .formatted(name, stage, when);
    }

    private static Situation situation(String text, Stage stage) {
        var config = ConfigReader.parse(text.isEmpty() ? LEAST : text, "bench", Path.of("."));
        var recipient =
                new EnvelopeRecipient(
                        new ForwardPath.Of(new Mailbox("info", Domain.of("example.com"))));
        var envelope =
                Envelope.from(
                        new ReversePath.Of(new Mailbox("somebody", Domain.of("example.net"))));
        return new Situation(
                stage,
                config.listener().getFirst(),
                SessionFacts.accepted(
                                "s1",
                                "outbound-2525",
                                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_000))
                        .greeted("mail.example.net", true),
                Optional.of(envelope),
                stage == Stage.RCPT ? Optional.of(recipient) : Optional.empty(),
                OptionalLong.of(10_000),
                stage == Stage.MESSAGE ? Optional.of(header()) : Optional.empty(),
                Situation.Counts.NONE);
    }

    private static HeaderFields header() {
        var text =
                """
                From: Reports <reports@example.com>
                To: somebody@example.net
                Subject: figures of the day
                Date: Sun, 22 Nov 2026 05:00:00 +0000
                Message-ID: <1@example.com>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                """
                        .replace("\n", "\r\n");
        return switch (HeaderFields.parse(
                text.getBytes(StandardCharsets.US_ASCII), HeaderLimits.DEFAULT)) {
            case HeaderParse.Parsed(var fields, _) -> fields;
            case HeaderParse.TooLarge(var why) -> throw new IllegalStateException(why);
        };
    }

    @Benchmark
    public Opinion tenAtRcpt() {
        return check.ask(rcpt);
    }

    @Benchmark
    public Opinion tenAtMessage() {
        return check.ask(message);
    }
}
