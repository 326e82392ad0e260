package io.postern.cli;

import io.postern.admin.Json;
import io.postern.admin.NewUser;
import io.postern.admin.UserName;
import io.postern.admin.UserView;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The part of `postern users` that is about who they are. Public methods, or the command that
/// inherits them would not show them.
abstract class UserCommands extends SuspensionCommands {
    /// Longer than any password that is taken.
    private static final int LONGEST_LINE = 4096;

    UserCommands(Io io) {
        super(io);
    }

    /// Adds a user.
    @Command(
            name = "add",
            description = "Adds a user who may hand in mail after a login.",
            footer = {
                "",
                "Examples:",
                "  postern users add anna@example.com",
                "  postern users add shop --address @news.example.com < password-file",
                "",
                "The password is asked for, or read from the first line of standard input."
            })
    public int add(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "USER", description = "The name to log in with.") String user,
            @Option(
                            names = "--address",
                            paramLabel = "ADDRESS",
                            description =
                                    "As which the user may send; @example.com for a whole domain."
                                            + " May be repeated. A USER that is an address has that"
                                            + " one.")
                    List<String> addresses) {
        var password = password();
        UserView added;
        try (var operations = Access.openOrCreate(io, data)) {
            added =
                    operations.addUser(
                            new NewUser(user, addresses == null ? List.of() : addresses, password));
        }
        io.line(
                Table.printable(added.name())
                        + " may send as "
                        + Table.printable(String.join(", ", added.addresses())));
        return 0;
    }

    /// Sets another password.
    @Command(
            name = "passwd",
            description = "Sets another password; sessions that are open go on.",
            footer = {"", "Example:", "  postern users passwd anna@example.com"})
    public int passwd(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "USER", description = "The user's name.") String user) {
        var password = password();
        try (var operations = Access.open(io, data)) {
            operations.setPassword(new NewUser(user, List.of(), password));
        }
        io.line("changed");
        return 0;
    }

    /// Removes a user.
    @Command(
            name = "remove",
            description = "Removes a user; sessions that are open can send nothing more.",
            footer = {"", "Example:", "  postern users remove anna@example.com"})
    public int remove(
            @Mixin DataOptions.AndCommon data,
            @Parameters(paramLabel = "USER", description = "The user's name.") String user) {
        try (var operations = Access.open(io, data)) {
            operations.removeUser(new UserName(user));
        }
        io.line("removed");
        return 0;
    }

    /// Lists all users.
    @Command(
            name = "list",
            description = "Lists users and the addresses as which they may send.",
            footer = {"", "Example:", "  postern users list --json"})
    public int list(
            @Mixin DataOptions.AndCommon data,
            @Option(names = "--json", description = "As JSON.") boolean json) {
        List<UserView> views;
        try (var operations = Access.open(io, data)) {
            views = operations.users();
        }
        if (json) {
            io.line(Json.pretty(views));
        } else if (views.isEmpty()) {
            io.line("There are no users; add one with `postern users add`.");
        } else {
            var table = new Table("NAME", "PASSWORD SET", "MAY SEND AS");
            for (var view : views) {
                table.row(
                        view.name(),
                        view.passwordSet().toString(),
                        String.join(", ", view.addresses()));
            }
            table.print(io);
        }
        return 0;
    }

    /// From the terminal, twice and unseen; else the first line of standard input. Never an
    /// argument: those are seen by everybody on the machine.
    private String password() {
        var console = io.in().equals(System.in) ? System.console() : null;
        return console != null && console.isTerminal() ? asked(console) : read();
    }

    private static String asked(Console console) {
        var one = console.readPassword("Password: ");
        var other = console.readPassword("Again: ");
        if (one == null || other == null || !Arrays.equals(one, other)) {
            throw Failure.of("the two are not the same", "type the password twice");
        }
        return new String(one);
    }

    private String read() {
        try {
            var line = new java.io.ByteArrayOutputStream();
            for (int octet = io.in().read(); octet >= 0 && octet != '\n'; octet = io.in().read()) {
                if (line.size() >= LONGEST_LINE) {
                    throw Failure.of("the password is too long", "give one line");
                }
                line.write(octet);
            }
            var text = line.toString(StandardCharsets.UTF_8);
            var password = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            if (password.isEmpty()) {
                throw Failure.of("no password was given", "type it, or give it on standard input");
            }
            return password;
        } catch (IOException e) {
            throw new Failure("the password can't be read: " + e.getMessage(), e);
        }
    }
}
