package io.postern.km.vault;

import io.postern.km.secret.KmException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which tokens a PKCS #11 library has, by their labels: the JDK's provider takes a slot by number
/// alone, and numbers change. PKCS #11 2.40 §5.4, §5.5, with the layout of 64-bit systems.
final class TokenList {
    private static final long OK = 0;
    private static final long ALREADY_INITIALIZED = 0x191;

    // CK_FUNCTION_LIST: a version, padded, then pointers in the order of §5.
    private static final int INITIALIZE = 8;
    private static final int FINALIZE = 16;
    private static final int GET_SLOT_LIST = 40;
    private static final int GET_TOKEN_INFO = 56;
    private static final int FUNCTIONS = 64;

    // CK_TOKEN_INFO: label, manufacturer, model and serial number, then flags.
    private static final int LABEL = 32;
    private static final int FLAGS = 96;
    private static final int INFO = 256;
    private static final int MOST_SLOTS = 1_000;

    private TokenList() {}

    /// A token.
    ///
    /// @param slot its number now
    /// @param label without the blanks that fill it
    record Token(long slot, String label, long flags) {
        /// CKF_USER_PIN_FINAL_TRY: one more wrong PIN locks it.
        boolean finalTry() {
            return (flags & 0x20000) != 0;
        }

        /// CKF_USER_PIN_LOCKED.
        boolean locked() {
            return (flags & 0x40000) != 0;
        }
    }

    /// All that are there.
    ///
    /// @throws KmException when the library is missing or none
    static List<Token> of(Path library) {
        if (!Files.isRegularFile(library)) {
            throw new KmException(
                    "there is no PKCS #11 library %s: install the token's software, or name it with --pkcs11"
                            .formatted(library));
        }
        try (var arena = Arena.ofConfined()) {
            return list(library, arena);
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            throw new KmException(
                    "%s is no PKCS #11 library, or not for this machine: name another with --pkcs11"
                            .formatted(library),
                    e);
        }
    }

    @SuppressWarnings("restricted") // the one place that calls a foreign library
    private static List<Token> list(Path library, Arena arena) {
        // Never unloaded: the JDK's provider uses the same one.
        var get = SymbolLookup.libraryLookup(library, Arena.global()).find("C_GetFunctionList");
        var pointer = arena.allocate(ValueLayout.ADDRESS);
        check(library, call(get.orElseThrow(), pointer));
        var functions = pointer.get(ValueLayout.ADDRESS, 0).reinterpret(FUNCTIONS);
        long begun = call(at(functions, INITIALIZE), MemorySegment.NULL);
        if (begun != ALREADY_INITIALIZED) {
            check(library, begun);
        }
        try {
            return tokens(library, functions, arena);
        } finally {
            if (begun == OK) {
                // The provider begins it anew, and says then that there are threads.
                var _ = call(at(functions, FINALIZE), MemorySegment.NULL);
            }
        }
    }

    private static List<Token> tokens(Path library, MemorySegment functions, Arena arena) {
        var count = arena.allocate(ValueLayout.JAVA_LONG);
        // §5.5: the set of slots is looked at anew when only their number is asked for.
        check(library, slotList(at(functions, GET_SLOT_LIST), MemorySegment.NULL, count));
        var slots = arena.allocate(ValueLayout.JAVA_LONG, MOST_SLOTS);
        count.set(ValueLayout.JAVA_LONG, 0, MOST_SLOTS);
        check(library, slotList(at(functions, GET_SLOT_LIST), slots, count));
        var found = new ArrayList<Token>();
        for (int i = 0; i < count.get(ValueLayout.JAVA_LONG, 0); i++) {
            long slot = slots.getAtIndex(ValueLayout.JAVA_LONG, i);
            var info = arena.allocate(INFO, Long.BYTES);
            if (tokenInfo(at(functions, GET_TOKEN_INFO), slot, info) == OK) {
                var label = new byte[LABEL];
                MemorySegment.copy(info, ValueLayout.JAVA_BYTE, 0, label, 0, LABEL);
                found.add(
                        new Token(
                                slot,
                                new String(label, StandardCharsets.UTF_8).stripTrailing(),
                                info.get(ValueLayout.JAVA_LONG, FLAGS)));
            }
        }
        return found;
    }

    private static MemorySegment at(MemorySegment functions, int offset) {
        return functions.get(ValueLayout.ADDRESS, offset);
    }

    private static long call(MemorySegment function, MemorySegment argument) {
        return invoke(
                function,
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                argument);
    }

    private static long slotList(MemorySegment function, MemorySegment slots, MemorySegment count) {
        return invoke(
                function,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_BYTE,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS),
                (byte) 1, // only slots with a token
                slots,
                count);
    }

    private static long tokenInfo(MemorySegment function, long slot, MemorySegment info) {
        return invoke(
                function,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                slot,
                info);
    }

    @SuppressWarnings("restricted")
    private static long invoke(
            MemorySegment function, FunctionDescriptor descriptor, Object... arguments) {
        try {
            return (long)
                    Linker.nativeLinker()
                            .downcallHandle(function, descriptor)
                            .invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("C throws nothing", e);
        }
    }

    private static void check(Path library, long result) {
        if (result != OK) {
            throw new KmException(
                    "%s can't list its tokens (PKCS #11 error 0x%x): see to the token's software and its configuration"
                            .formatted(library, result));
        }
    }
}
