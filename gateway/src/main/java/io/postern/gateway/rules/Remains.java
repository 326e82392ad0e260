package io.postern.gateway.rules;

import io.postern.gateway.policy.Stage;

/// What is left of a message that is gone, for rules that are asked about it again.
public interface Remains {
    /// Whether a fact was kept that is known at that stage.
    ///
    /// @param fact as conditions write it, such as `client.name`; not `header`
    boolean has(String fact, Stage stage);

    /// Whether all header fields of that name were kept.
    ///
    /// @param name lower case
    boolean hasField(String name);

    /// The confirmed name of the client; "" when it had none, or it was not kept.
    String reverseName();

    /// A condition wanted what was not kept; the rule is not decided.
    ///
    /// @param what it wanted, such as `client.name` or `header x-spam`
    void missing(String rule, String what);
}
