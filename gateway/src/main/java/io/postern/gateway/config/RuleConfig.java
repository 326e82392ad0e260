package io.postern.gateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One rule of the perimeter. What its condition may say is in docs/rules.md.
public record RuleConfig(
        @Setting(
                        required = true,
                        doc =
                                "What logs, decision records and replies call it: lower-case letters, digits and "
                                        + "hyphens; no two rules share one.")
                String name,
        @Setting(
                        required = true,
                        doc =
                                "The step of the dialogue at which it is asked. The earlier, the cheaper; a condition "
                                        + "may use only what is known there.")
                At stage,
        @Setting(
                        required = true,
                        doc =
                                "The condition, in CEL over the facts of docs/rules.md, such as "
                                        + "`client.ip.within(\"192.0.2.0/24\")`. At most 4096 characters.")
                Passage when,
        @Setting(
                        required = true,
                        doc =
                                "What is done when the condition holds: `refuse` (5yz), `defer` (4yz), `tarpit` (wait "
                                        + "`delay`, then go on), `tag` (a field X-Postern-Tag for the inside server), `hold` "
                                        + "(take it and keep it until an operator releases it), `allow` (skip what comes "
                                        + "after it at this stage).")
                Action action,
        @Setting(
                        doc =
                                "The reply code of `refuse` (550; at connect 554) or `defer` (450; at data and "
                                        + "message 451; at connect 421). 421 ends the session.")
                Optional<Integer> code,
        @Setting(
                        doc =
                                "The enhanced status code (RFC 3463) of that reply; 5.7.1 or 4.7.1 when absent.")
                Optional<String> status,
        @Setting(
                        doc =
                                "The text of that reply: printable ASCII, at most 300 characters. "
                                        + "It names the rule when absent.")
                Optional<String> text,
        @Setting(
                        otherwise = "\"0s\"",
                        min = 0,
                        max = 60,
                        doc =
                                "With `tarpit` (then `10s` when absent), `refuse` and `defer`: how long the reply waits.")
                Duration delay,
        @Setting(
                        otherwise = "false",
                        doc =
                                "With `refuse` and `defer`: whether the session ends with the reply. At connect it always does.")
                boolean close,
        @Setting(
                        doc =
                                "With `tag`: the word to write; the rule's name when absent. With `hold`: the reason.")
                Optional<String> tag,
        @Setting(
                        otherwise = "\"enforce\"",
                        doc =
                                "`shadow` decides, writes the decision record and an event, and does nothing: for trying "
                                        + "a rule on real mail.")
                Mode mode,
        @Setting(
                        doc =
                                "Only at these listeners: roles such as `inbound`, or names such as `outbound-25`. "
                                        + "When absent, at all.")
                List<String> listener) {

    /// The step of the dialogue.
    public enum At {
        CONNECT,
        HELO,
        MAIL,
        RCPT,
        DATA,
        MESSAGE
    }

    /// What a rule does.
    public enum Action {
        REFUSE,
        DEFER,
        TARPIT,
        TAG,
        HOLD,
        ALLOW;

        /// Whether it answers the command itself.
        public boolean replies() {
            return this == REFUSE || this == DEFER;
        }
    }

    /// Whether it does it.
    public enum Mode {
        ENFORCE,
        SHADOW
    }
}
