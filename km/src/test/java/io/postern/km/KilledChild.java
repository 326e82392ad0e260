package io.postern.km;

import io.postern.km.ca.RevocationReason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A process that does an act and stops for good at one of its steps, to be killed there.
final class KilledChild {
    private KilledChild() {}

    /// Arguments: the data folder, the act, and the step to stop at. The unseal key comes on
    /// standard input.
    public static void main(String[] args) throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var scene = new Scene(Path.of(args[0]));
        scene.unsealKey = in.readLine();
        scene.steps =
                name -> {
                    if (name.equals(args[2])) {
                        System.out.println("at " + name);
                        forEver();
                    }
                };
        scene.opened(
                scene.byKey(),
                vault ->
                        args[1].equals("issue")
                                ? vault.issue(Scene.order("carol@example.com")).files().size()
                                : vault.revoke(
                                                Chosen.of("info@example.com"),
                                                RevocationReason.KEY_COMPROMISE)
                                        .size());
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
