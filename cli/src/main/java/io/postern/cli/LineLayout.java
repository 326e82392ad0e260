package io.postern.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// One event, one line: time in UTC, level, logger, message. Written for mail events, of which
/// there are thousands a second; the pattern layout spends more on a line than signing with Ed25519
/// costs.
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    /// The text of a second, made once for all its events.
    private record Second(long second, String text) {}

    private volatile @Nullable Second last;

    @Override
    public String doLayout(ILoggingEvent event) {
        var message = event.getFormattedMessage();
        var line = new StringBuilder(message.length() + 64);
        long millis = event.getTimeStamp();
        line.append(second(millis / 1000).text()).append('.');
        int fraction = (int) (millis % 1000);
        line.append((char) ('0' + fraction / 100))
                .append((char) ('0' + fraction / 10 % 10))
                .append((char) ('0' + fraction % 10))
                .append("Z ")
                .append(event.getLevel())
                .append(' ')
                .append(event.getLoggerName())
                .append(' ');
        for (int i = 0; i < message.length(); i++) {
            // What a peer sent must not begin a line or move a terminal's cursor.
            char c = message.charAt(i);
            line.append(Character.isISOControl(c) ? '?' : c);
        }
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString();
    }

    private Second second(long now) {
        var known = last;
        if (known == null || known.second() != now) {
            known = new Second(now, SECOND.format(Instant.ofEpochSecond(now)));
            last = known;
        }
        return known;
    }
}
