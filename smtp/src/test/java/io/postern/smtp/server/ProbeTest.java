package io.postern.smtp.server;

import io.postern.smtp.Reply;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("RFC 2505 §2.11, §2.12 VRFY, EXPN and ETRN")
@Timeout(30)
class ProbeTest {
    @Test
    @DisplayName("tell nothing by themselves")
    void own() {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.play(
                    """
                    C: VRFY <joe@here.example>  S: 252 2.5.0 *
                    C: EXPN staff  S: 502 5.5.1 *
                    C: ETRN here.example  S: 502 5.5.1 *
                    """);
        }
    }

    @Test
    @DisplayName("answer what the handler says")
    void asked() {
        try (var rig = new Rig(Rig.QUICK)) {
            rig.recorder.probes.put("VRFY", Reply.of(502, "5.5.1", "no"));
            rig.recorder.probes.put("EXPN", Reply.of(550, "5.7.1", "no lists for you"));
            rig.recorder.probes.put("ETRN", Reply.of(459, "4.7.1", "not here"));
            rig.play(
                    """
                    C: VRFY joe  S: 502 5.5.1 no
                    C: EXPN staff  S: 550 5.7.1 no lists for you
                    C: ETRN here.example  S: 459 4.7.1 not here
                    C: TURN  S: 502 5.5.1 TURN is not implemented
                    """);
        }
    }
}
