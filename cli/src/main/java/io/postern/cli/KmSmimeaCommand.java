package io.postern.cli;

import io.postern.admin.Json;
import io.postern.km.CertificateView;
import io.postern.mail.Domain;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "smimea",
        description = {
            "Prints DNS records (SMIMEA, RFC 8162) with the certificates of an address as zone-file lines.",
            "",
            "Who looks there finds the certificate without a directory. The record's name is a hash of what stands "
                    + "before the @, in which upper and lower case differ: write it as correspondents do. Of use in a "
                    + "zone that is signed (DNSSEC) alone."
        },
        footer = {
            "",
            "Examples:",
            "  postern km smimea info@example.com >> example.com.zone",
            "  postern km smimea info@example.com --hash --json"
        })
final class KmSmimeaCommand extends Common implements Runnable {
    private final Io io;

    @Mixin DataOptions data = new DataOptions();

    @Parameters(paramLabel = "ADDRESS", description = "Whose.")
    String address = "";

    @Option(
            names = "--hash",
            description =
                    "SHA-256 of the certificates instead of themselves: shorter, to check signatures with, not to encrypt.")
    boolean hash;

    @Option(names = "--json", description = "As JSON.")
    boolean json;

    KmSmimeaCommand(Io io) {
        this.io = io;
    }

    @Override
    public void run() {
        var mailbox = KmCommand.address(address);
        if (!(mailbox.host() instanceof Domain)) {
            throw Failure.of(
                    mailbox + " is of no domain",
                    "records are for addresses such as info@example.com");
        }
        var records = new ArrayList<SmimeaRecord>();
        try (var km = KmAccess.read(io, data)) {
            for (var view : usable(km.certificates(Optional.of(address)))) {
                records.add(
                        SmimeaRecord.of(
                                mailbox,
                                km.certificate(view.serial()).getEncoded(),
                                hash ? 1 : 0,
                                view.serial(),
                                view.usage()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has octets", e);
        }
        if (records.isEmpty()) {
            throw Failure.of(
                    "there is no valid certificate for " + mailbox,
                    "make one with `postern km issue " + mailbox + "`");
        }
        if (json) {
            io.line(Json.pretty(records));
        } else {
            records.forEach(this::print);
            io.line("; Put the lines above into the signed zone of " + mailbox.host() + ",");
            io.line(
                    "; and again after each `km renew` or `km revoke`. A server that does not know");
            io.line("; SMIMEA takes it as TYPE53 (RFC 3597).");
        }
    }

    private List<CertificateView> usable(List<CertificateView> all) {
        var now = io.clock().instant();
        return all.stream()
                .filter(one -> one.state().equals("valid") && one.notAfter().isAfter(now))
                .toList();
    }

    private void print(SmimeaRecord record) {
        io.line("; to " + words(record.certificateUsage()) + ", serial " + record.serial());
        io.line(record.zone());
    }

    private static String words(String usage) {
        return usage.equals("both") ? "sign and encrypt" : usage;
    }
}
