package io.postern.gateway.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@DisplayName("a peer's text in the log")
class MailLogTest {
    @ParameterizedTest(name = "{0}")
    @DisplayName("begins no line, hides nothing, and turns nothing round")
    @CsvSource({
        "plain, value, value",
        "a blank, a b, '\"a b\"'",
        "quotes, 'a\"b', '\"a\\\"b\"'",
        "line feed, 'a\nb', '\"a\\x0ab\"'",
        "escape, 'a\u001b[31mb', '\"a\\x1b[31mb\"'",
        "line separator, 'a\u2028b', '\"a\\u2028b\"'",
        "right to left, 'a\u202eb', '\"a\\u202eb\"'",
        "zero width, 'a\u200bb', '\"a\\u200bb\"'",
        "beyond ASCII, b\u00fccher, '\"b\u00fccher\"'",
    })
    void value(String rule, String text, String want) {
        var logger = (Logger) LoggerFactory.getLogger("postern.mail");
        var appender = new ListAppender<ILoggingEvent>();
        var before = logger.getLevel();
        appender.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
        try {
            MailLog.event(rule.replace(' ', '-'), "to", text);
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(before);
        }
        assertEquals(
                rule.replace(' ', '-') + " to=" + want,
                appender.list.getFirst().getFormattedMessage());
    }
}
