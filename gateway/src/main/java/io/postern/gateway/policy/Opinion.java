package io.postern.gateway.policy;

import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/// What a check makes of a situation.
public sealed interface Opinion {
    /// Nothing against it; the next check is asked.
    record Pass() implements Opinion {}

    /// Nothing against it, and the checks after this one are not asked at this stage. The
    /// perimeter's own checks (no relay, recipients) are asked all the same.
    ///
    /// @param why for the decision record
    record Allow(Decision why) implements Opinion {}

    /// Nothing against it, and it would perhaps be an [Allow] if the DNS had answered: whatever is
    /// refused by a check that this would have spared it is refused for now only.
    record MayAllow() implements Opinion {}

    /// Nothing against it; what was concluded goes into the decision record of the messages that
    /// follow, and the remarks on each.
    record Note(Decision why, List<Remark> remarks) implements Opinion {
        public Note {
            remarks = List.copyOf(remarks);
        }
    }

    /// Nothing against it, but the reply waits that long, whatever it will be.
    record Wait(Decision why, Duration before) implements Opinion {}

    /// Several of one check, in their order. An [Allow] or a [Refuse] is the last.
    record Several(List<Opinion> opinions) implements Opinion {
        public Several {
            opinions = List.copyOf(opinions);
        }
    }

    /// The command is refused; no further check is asked.
    ///
    /// @param rule which rule says so: the word operators find in logs and look up in the manual
    /// @param reply 4yz or 5yz; each rule has its own (RFC 2505 §2.13)
    /// @param after wait this long before the reply (a tarpit); zero for at once
    /// @param close whether the session ends with it
    record Refuse(String rule, Reply reply, Duration after, boolean close, Decision why)
            implements Opinion {}

    /// What is to be done with a message that is taken all the same.
    sealed interface Remark {
        /// A header field `X-Postern-Tag: word` for the inside server.
        ///
        /// @param word 1 to 64 letters, digits, hyphens, dots and underscores
        record Tag(String word) implements Remark {
            private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

            /// @throws IllegalArgumentException when it is no such word
            public Tag {
                if (!WORD.matcher(word).matches()) {
                    throw new IllegalArgumentException("no word for a tag: " + word);
                }
            }
        }

        /// Kept and not delivered until an operator releases it.
        record Hold(String reason) implements Remark {}
    }

    Opinion PASS = new Pass();

    /// A refusal at once, after which the session goes on.
    ///
    /// @param inputs what it looked at, names and values in turn
    static Refuse refuse(String rule, Reply reply, Object... inputs) {
        return new Refuse(rule, reply, Duration.ZERO, false, decision(rule, "" + reply, inputs));
    }

    /// The same refusal for now, and not for good, because whether it stands is not known: trouble
    /// of the DNS must never become permanent.
    static Refuse forNow(Refuse refuse) {
        if (refuse.reply().code() < 500) {
            return refuse;
        }
        // RFC 3463 §3.5: X.4.3, directory server failure.
        var reply =
                Reply.of(
                        451,
                        "4.4.3",
                        "whether mail from your host is let through can't be told now, for its name"
                                + " in the DNS could not be looked up; try again later");
        var inputs = new LinkedHashMap<>(refuse.why().inputs());
        inputs.put("else", refuse.reply().toString());
        return new Refuse(
                refuse.rule(),
                reply,
                refuse.after(),
                false,
                new Decision(refuse.why().check(), reply.toString(), inputs));
    }

    /// The same refusal, given after a wait.
    static Refuse slowly(Refuse refuse, Duration after) {
        return new Refuse(refuse.rule(), refuse.reply(), after, refuse.close(), refuse.why());
    }

    /// An entry of the decision record; inputs are names and values in turn.
    static Decision decision(String check, String conclusion, Object... inputs) {
        var all = new LinkedHashMap<String, String>();
        for (int i = 0; i + 1 < inputs.length; i += 2) {
            all.put(inputs[i].toString(), inputs[i + 1].toString());
        }
        return new Decision(check, conclusion, all);
    }
}
