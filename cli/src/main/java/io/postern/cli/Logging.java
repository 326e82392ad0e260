package io.postern.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Locale;
import org.slf4j.Logger;

/// Logs to standard error, one line each: warnings for a command, everything from INFO for the
/// service. In code rather than in a file because reading XML takes a third of a command's time.
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String SERVICE = "postern.service";

    /// To be called before the first logger is made, by the command that runs for long.
    static void forService() {
        System.setProperty(SERVICE, "true");
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var layout = new LineLayout();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setName("stderr");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level());
        root.addAppender(console);
        // They tell of themselves at INFO what an operator need not read.
        for (var library :
                new String[] {"org.flywaydb", "org.eclipse.jetty", "org.xbill", "com.zaxxer"}) {
            context.getLogger(library).setLevel(Level.WARN);
        }
        // Calls every signature of a stranger's that does not verify an error.
        context.getLogger("org.xbill.DNS.dnssec").setLevel(Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Level level() {
        var wanted = System.getenv("POSTERN_LOG");
        if (wanted != null) {
            return Level.toLevel(wanted.toUpperCase(Locale.ROOT), Level.INFO);
        }
        return Boolean.getBoolean(SERVICE) ? Level.INFO : Level.WARN;
    }
}
