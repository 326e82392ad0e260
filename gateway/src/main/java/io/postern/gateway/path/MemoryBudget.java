package io.postern.gateway.path;

import java.util.concurrent.atomic.AtomicLong;

/// Octets of memory for what clients have sent and we have not yet answered: envelopes, header
/// sections, bodies. Over all sessions, and never more. Safe for many threads.
///
/// While half of it is free a session may hold much, from then on little. So those who hold much
/// leave half to the others, and what is left then is enough for more sessions of ordinary mail
/// than one client may have.
public final class MemoryBudget {
    /// What a session may hold while half is free: this part of all.
    private static final int ROOMY_PART = 64;

    /// What it may hold from then on, in octets: envelope and header section of most mail.
    static final int TIGHT = 16 * 1024;

    private final long octets;
    private final AtomicLong used = new AtomicLong();

    /// @param octets never more than a quarter of the heap is given away, whatever this says
    MemoryBudget(long octets) {
        this.octets = Math.min(octets, Runtime.getRuntime().maxMemory() / 4);
    }

    /// Octets in use.
    public long used() {
        return used.get();
    }

    /// What one session holds, nothing yet.
    Share share() {
        return new Share();
    }

    /// For one thread.
    final class Share implements AutoCloseable {
        private long held;

        private Share() {}

        /// Takes so many octets more; false, and nothing is taken, when they are not to be had.
        boolean take(long more) {
            return take(more, 1);
        }

        /// The same, but half of what the session may hold stays for others: an envelope is of no
        /// use when there is no memory for the header section.
        boolean takeHalf(long more) {
            return take(more, 2);
        }

        private boolean take(long more, int part) {
            while (true) {
                long now = used.get();
                long after = now + more;
                long most = after <= octets / 2 ? octets / ROOMY_PART : after <= octets ? TIGHT : 0;
                if ((held + more) * part > most) {
                    return false;
                }
                if (used.compareAndSet(now, after)) {
                    held += more;
                    return true;
                }
            }
        }

        void give(long back) {
            held -= back;
            used.addAndGet(-back);
        }

        /// Gives back all that is held; the share can be used again.
        @Override
        public void close() {
            give(held);
        }
    }
}
