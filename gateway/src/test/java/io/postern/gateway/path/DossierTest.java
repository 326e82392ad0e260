package io.postern.gateway.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.gateway.policy.Opinion;
import io.postern.gateway.policy.Policy;
import io.postern.gateway.policy.Stage;
import io.postern.smtp.Reply;
import io.postern.store.Decision;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what checks concluded so far")
class DossierTest {
    private final Dossier dossier = new Dossier();

    private void conclude(Stage stage, String... words) {
        dossier.begin(stage);
        for (var word : words) {
            dossier.add(
                    stage,
                    new Policy.Outcome(
                            null,
                            List.of(Opinion.decision(word, "noted")),
                            List.of(new Opinion.Remark.Tag(word)),
                            Duration.ZERO));
        }
    }

    private List<String> checks() {
        return dossier.decisions().stream().map(Decision::check).toList();
    }

    @Test
    @DisplayName("a transaction forgets the one before, not the session")
    void transactions() {
        conclude(Stage.CONNECT, "connect");
        conclude(Stage.HELO, "helo");
        conclude(Stage.MAIL, "mail");
        conclude(Stage.RCPT, "one");
        conclude(Stage.RCPT, "two");
        conclude(Stage.MESSAGE, "message");
        assertEquals(List.of("connect", "helo", "mail", "one", "two", "message"), checks());
        conclude(Stage.MAIL, "again");
        assertEquals(List.of("connect", "helo", "again"), checks());
    }

    @Test
    @DisplayName("a second EHLO takes the place of the first")
    void hello() {
        for (int i = 0; i < 1000; i++) {
            conclude(Stage.HELO, "helo" + i);
        }
        assertEquals(List.of("helo999"), checks());
        assertEquals(List.of(new Opinion.Remark.Tag("helo999")), dossier.remarks());
    }

    @Test
    @DisplayName("of a thousand recipients a hundred are kept, and all that comes after them")
    void bounded() {
        conclude(Stage.MAIL);
        for (int i = 0; i < 1000; i++) {
            conclude(Stage.RCPT, "to" + i);
        }
        conclude(Stage.MESSAGE, "message");
        assertEquals(102, checks().size());
        assertEquals("recipients", checks().get(100));
        assertEquals("message", checks().getLast());
        assertEquals(101, dossier.remarks().size());
        assertEquals(new Opinion.Remark.Tag("message"), dossier.remarks().getLast());
    }

    @Test
    @DisplayName("what is refused is recorded, but nothing is remarked for its sake")
    void refused() {
        dossier.add(
                Stage.RCPT,
                new Policy.Outcome(
                        Opinion.refuse("relay", Reply.of(550, "5.7.1", "no")),
                        List.of(Opinion.decision("relay", "no")),
                        List.of(new Opinion.Remark.Hold("x")),
                        Duration.ZERO));
        assertEquals(List.of("relay"), checks());
        assertEquals(List.of(), dossier.remarks());
    }
}
