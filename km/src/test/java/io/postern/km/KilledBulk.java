package io.postern.km;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A process that issues to 36 and stops for good at a step, to be killed there.
final class KilledBulk {
    private static int left;

    private KilledBulk() {}

    /// Arguments: the data folder, those for files and passphrases, the step to stop at, and at
    /// which time it comes. The unseal key comes on standard input.
    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var scene = new Scene(Path.of(args[0]));
        scene.unsealKey = in.readLine();
        left = Integer.parseInt(args[4]);
        scene.steps =
                name -> {
                    if (name.equals(args[3]) && --left == 0) {
                        System.out.println("at " + name);
                        forEver();
                    }
                };
        scene.opened(
                scene.byKey(),
                vault -> {
                    vault.issueAll(
                            BulkTest.orders(36),
                            new HandoutFolder(
                                    vault.name(), Path.of(args[1]), Optional.of(Path.of(args[2]))),
                            new BulkWatch() {
                                @Override
                                public void done(int index, List<CertificateView> made) {}

                                @Override
                                public void portion() {}

                                @Override
                                public void passed(int index, boolean had, String why) {}
                            });
                    return true;
                });
        System.out.println("done");
    }

    private static void forEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
