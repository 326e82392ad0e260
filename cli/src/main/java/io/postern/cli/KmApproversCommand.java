package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.consent.Approver;
import io.postern.km.consent.Rules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "approvers",
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and changes who must agree to acts. Changes need the shares.",
        footer = {
            "",
            "Examples:",
            "  postern km approvers list",
            "  postern km approvers add anna postern-approver-1-…",
            "  postern km approvers remove anna --request --why \"left\""
        })
final class KmApproversCommand extends Common implements Runnable {
    private final Io io;

    KmApproversCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        throw Failure.usage("name what to do; see `postern km approvers --help`");
    }

    @Command(
            name = "list",
            description = "Lists approvers with their public keys.",
            footer = {"", "Example:", "  postern km approvers list"})
    int list(@Mixin DataOptions.AndCommon data) {
        Rules rules;
        try (var km = KmAccess.read(io, data)) {
            rules = km.requests().rules();
        }
        if (rules.approvers().isEmpty()) {
            io.line("There are no approvers: whoever opens the vault acts alone.");
            return 0;
        }
        var table = new Table("APPROVER", "PUBLIC KEY");
        rules.approvers().values().forEach(one -> table.row(one.name(), one.printed()));
        table.print(io);
        return 0;
    }

    @Command(
            name = "add",
            description = "Adds an approver, by what `postern km approver new` printed.",
            footer = {
                "",
                "Example:",
                "  postern km approvers add anna postern-approver-1-… --share-file a.txt --share-file b.txt"
            })
    int add(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "NAME", description = "Whose it is.") String name,
            @Parameters(paramLabel = "PUBLIC", description = "The public key.") String printed) {
        var approver = Approver.of(name, printed);
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.addApprover(approver),
                        vault -> vault.administrators().add(approver))
                .ifPresent(rules -> io.line("added; " + rules.words()));
        return 0;
    }

    @Command(
            name = "remove",
            description = "Removes an approver; what they signed counts no more.",
            footer = {"", "Example:", "  postern km approvers remove anna"})
    int remove(
            @Mixin DataOptions.AndCommon data,
            @Mixin KmInput input,
            @Mixin KmConsent consent,
            @Parameters(paramLabel = "NAME", description = "Who.") String name) {
        KmActs.act(
                        io,
                        data,
                        input,
                        consent,
                        Acts.removeApprover(name),
                        vault -> vault.administrators().remove(name))
                .ifPresent(rules -> io.line("removed; " + rules.words()));
        return 0;
    }
}
