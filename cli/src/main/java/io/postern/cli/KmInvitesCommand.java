package io.postern.cli;

import io.postern.admin.Json;
import io.postern.km.InviteView;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "invites",
        description =
                "Lists invitations that are open, were fetched and not confirmed, or were not redeemed in time.",
        footer = {"", "Examples:", "  postern km invites", "  postern km invites --json"})
final class KmInvitesCommand extends Common implements Callable<Integer> {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    KmInvitesCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        List<InviteView> views;
        try (var desk = KmAccess.invites(io, data)) {
            views = desk.all();
        }
        if (json) {
            io.line(Json.pretty(views));
        } else if (views.isEmpty()) {
            io.line("There are no invitations; make one with `postern km invite ADDRESS`.");
        } else {
            var table = new Table("ADDRESS", "STATE", "UNTIL", "MADE");
            for (var view : views) {
                table.row(
                        view.address(),
                        view.state(),
                        Words.time(
                                view.fetched()
                                        .map(at -> at.plus(InviteView.AGAIN))
                                        .orElse(view.expires())),
                        Words.time(view.created()));
            }
            table.print(io);
        }
        return 0;
    }
}
