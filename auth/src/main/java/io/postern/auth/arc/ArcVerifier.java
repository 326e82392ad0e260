package io.postern.auth.arc;

import io.postern.auth.dkim.*;
import io.postern.dns.Resolver;
import io.postern.mail.HeaderFields;
import java.time.Instant;
import java.util.List;

public final class ArcVerifier {
    public ArcVerifier(Resolver r, DkimPolicy p, SignatureFactory f) {}

    public interface ArcRun {
        void body(byte[] o, int a, int b);

        ArcResult finish();
    }

    public ArcRun start(HeaderFields h, Instant now) {
        return new ArcRun() {
            @Override
            public void body(byte[] o, int a, int b) {}

            @Override
            public ArcResult finish() {
                return new ArcResult(new ArcVerdict.None(), List.of(), List.of());
            }
        };
    }
}
