package io.postern.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/// Runs something at each SIGHUP, with which services have been told since ever to read their files
/// again.
///
/// The JDK has no public way to it but `sun.misc.Signal` (module jdk.unsupported, which stays until
/// there is one: JEP 260). It is reached by reflection because the compiler's warning about it
/// can't be silenced. Where it is missing, SIGHUP ends the process as before and `postern reload`
/// is the way.
final class Hangup {
    private Hangup() {}

    /// @param work runs on a thread of the JDK's, one signal at a time
    static void handle(Runnable work) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy =
                    Proxy.newProxyInstance(
                            Hangup.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> answer(work, self, method, arguments));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException e) {
            org.slf4j.LoggerFactory.getLogger(Hangup.class)
                    .info("SIGHUP is not heeded here ({}); use `postern reload`", e.toString());
        }
    }

    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
    private static @org.jspecify.annotations.Nullable Object answer(
            Runnable work, Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "handle" -> {
                work.run();
                yield null;
            }
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "reload at SIGHUP";
        };
    }
}
