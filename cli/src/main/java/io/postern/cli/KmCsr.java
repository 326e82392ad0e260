package io.postern.cli;

import io.postern.km.Acts;
import io.postern.km.OfRequest;
import io.postern.km.RequestOrder;
import io.postern.km.ca.Usage;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// `issue --csr`: the certificate alone, on standard output.
final class KmCsr {
    private static final int LONGEST = 16 << 10;
    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    @Option(
            names = "--csr",
            paramLabel = "FILE",
            description =
                    "For the key of a request (PKCS#10): the certificate is printed as PEM. To sign, if --usage says"
                            + " nothing else.")
    Optional<Path> request = Optional.empty();

    @Option(
            names = "--no-escrow",
            description =
                    "With --csr and --usage encrypt or both: accept that nobody can read what is encrypted to a lost"
                            + " key.")
    boolean noEscrow;

    int issue(
            Io io,
            DataOptions data,
            KmInput input,
            KmConsent consent,
            KmCommand.Order order,
            String address,
            String word) {
        var usage =
                switch (word.toLowerCase(Locale.ROOT)) {
                    case "apart", "sign" -> Usage.SIGN;
                    case "encrypt" -> Usage.ENCRYPT;
                    case "both" -> Usage.BOTH;
                    default ->
                            throw Failure.usage(
                                    "there is no usage "
                                            + word
                                            + " of a request: sign, encrypt or both");
                };
        var plain = order.of(address, usage.name());
        var file = io.file(request.orElseThrow());
        byte[] octets;
        try (var in = Files.newInputStream(file)) {
            octets = in.readNBytes(LONGEST + 1);
        } catch (IOException e) {
            throw Inputs.unreadable(file, e);
        }
        var asked =
                new RequestOrder(
                        plain.address(),
                        usage,
                        Duration.ofDays(order.days),
                        new Octets(octets),
                        noEscrow);
        KmActs.act(io, data, input, consent, Acts.issueFor(asked), vault -> vault.issueFor(asked))
                .ifPresent(made -> show(io, made, usage));
        return 0;
    }

    private static void show(Io io, OfRequest made, Usage usage) {
        io.err().println("postern: made " + KmViewCommands.words(made.view()));
        if (usage != Usage.SIGN) {
            io.err()
                    .println(
                            "postern: its key is NOT in escrow: what is encrypted to it is lost with it");
        }
        try {
            io.line("-----BEGIN CERTIFICATE-----");
            io.line(LINES.encodeToString(made.certificate().getEncoded()));
            io.line("-----END CERTIFICATE-----");
        } catch (CertificateEncodingException e) {
            throw new KmException("the certificate can't be written: `postern km cert SERIAL`", e);
        }
    }
}
