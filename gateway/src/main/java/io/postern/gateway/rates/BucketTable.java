package io.postern.gateway.rates;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// Token buckets by key, bounded in number, each look-up of constant time. Safe for many threads.
///
/// A bucket is one number: the moment at which it is full again (the generic cell rate algorithm).
/// Taking tokens puts the moment off by the time that they need to come back; there are not enough
/// when it would then lie further ahead than an empty bucket takes to fill. So a full bucket is one
/// whose moment has passed, which is no bucket at all, and nothing has to run to fill any.
///
/// Buckets lie in groups of [#WAYS], as lines in a processor's cache: a key's hash names its group,
/// and the group is looked through. A newcomer takes the place of the bucket that is full, or else
/// of the one nearest to it: who took most is forgotten last, so that strangers with many
/// addresses, a token each, can't push out one heavy client. The group is the lock, held for some
/// ten nanoseconds; groups are made when first used.
///
/// Time is that of a ticker that only goes forward, so that a clock that is put right changes
/// nothing here; what is kept over a restart is the time left, not the moment.
final class BucketTable {
    static final int WAYS = 16;

    /// A bucket that is full again so soon is not worth being written down.
    static final long MIN_KEPT = 5_000_000_000L;

    private static final byte[] NOBODY = {};

    private final AtomicReferenceArray<Group> groups;
    private final LongSupplier ticker;
    private final long origin;
    private final long secret;
    private final LongAdder forgotten = new LongAdder();
    private int cursor;

    private static final class Group {
        final byte[][] keys = new byte[WAYS][];
        final int[] hashes = new int[WAYS];
        final long[] fullAt = new long[WAYS];

        /// A bit for each bucket that changed since it was last drained.
        int dirty;

        Group() {
            Arrays.fill(keys, NOBODY);
        }

        int find(byte[] key, int hash) {
            for (int way = 0; way < WAYS; way++) {
                if (hashes[way] == hash && Arrays.equals(keys[way], key)) {
                    return way;
                }
            }
            return -1;
        }

        int nearestToFull() {
            int best = 0;
            for (int way = 0; way < WAYS; way++) {
                if (keys[way].length == 0) {
                    return way;
                }
                if (fullAt[way] < fullAt[best]) {
                    best = way;
                }
            }
            return best;
        }

        void free(int way) {
            keys[way] = NOBODY;
            hashes[way] = 0;
            fullAt[way] = 0;
            dirty &= ~(1 << way);
        }
    }

    /// Is shown buckets, under their group's lock: it must be short.
    @FunctionalInterface
    interface Visitor {
        /// Told of one bucket.
        ///
        /// @param key not to be changed
        /// @param debt nanoseconds until it is full
        void bucket(byte[] key, long debt);
    }

    /// A table without buckets.
    ///
    /// @param most buckets that are not full; rounded up to a power of two
    /// @param ticker nanoseconds since whenever, never less than before
    /// @param seed makes the groups that keys fall into nobody else's to choose
    BucketTable(int most, LongSupplier ticker, long seed) {
        int wanted = Math.max(1, most / WAYS);
        int size = Integer.highestOneBit(wanted);
        groups = new AtomicReferenceArray<>(size == wanted ? size : 2 * size);
        this.ticker = ticker;
        secret = scrambled(seed) | 1;
        // So that 0 is a moment that has passed.
        origin = ticker.getAsLong() - 1;
    }

    private long now() {
        return ticker.getAsLong() - origin;
    }

    /// Takes tokens when there are enough.
    ///
    /// @param cost the time in which they come back, in nanoseconds
    /// @param window the time in which an empty bucket fills
    /// @return 0 when they were taken, else after how many nanoseconds there will be enough;
    ///   [Long#MAX_VALUE] when never
    long take(byte[] key, long cost, long window) {
        return take(key, cost, window, cost);
    }

    /// As [#take], without taking any.
    long look(byte[] key, long cost, long window) {
        return take(key, cost, window, 0);
    }

    private long take(byte[] key, long cost, long window, long taken) {
        if (cost > window) {
            return Long.MAX_VALUE;
        }
        long hash = hash(key);
        var group = group(hash);
        synchronized (group) {
            long now = now();
            int way = group.find(key, (int) hash);
            long fullAt = way < 0 ? now : Math.max(now, group.fullAt[way]);
            // More than an empty bucket lacks, when the limit was raised: forgiven.
            fullAt = Math.min(fullAt, now + window);
            long over = fullAt + cost - now - window;
            if (over > 0) {
                return over;
            }
            if (taken > 0) {
                put(group, way, key, (int) hash, fullAt + taken, now);
            }
            return 0;
        }
    }

    private void put(Group group, int found, byte[] key, int hash, long fullAt, long now) {
        int way = found;
        if (way < 0) {
            way = group.nearestToFull();
            if (group.fullAt[way] > now) {
                forgotten.increment();
            }
            group.keys[way] = key;
            group.hashes[way] = hash;
        }
        group.fullAt[way] = fullAt;
        if (fullAt - now >= MIN_KEPT) {
            group.dirty |= 1 << way;
        }
    }

    /// Gives tokens back that were taken. A bucket that is full then is forgotten: what is refused
    /// anyway must not fill the table.
    void giveBack(byte[] key, long cost) {
        long hash = hash(key);
        var group = group(hash);
        synchronized (group) {
            int way = group.find(key, (int) hash);
            if (way >= 0) {
                group.fullAt[way] -= cost;
                group.dirty |= 1 << way;
                if (group.fullAt[way] <= now()) {
                    group.free(way);
                }
            }
        }
    }

    /// Puts a bucket back that was written down.
    void restore(byte[] key, long debt) {
        if (debt <= 0) {
            return;
        }
        long hash = hash(key);
        var group = group(hash);
        synchronized (group) {
            int way = group.find(key, (int) hash);
            long now = now();
            if (way >= 0 || group.fullAt[group.nearestToFull()] < now + debt) {
                put(group, way, key, (int) hash, now + debt, now);
                group.dirty = 0; // what was read need not be written
            }
        }
    }

    /// Fills a bucket. Returns whether it was not full.
    boolean fill(byte[] key) {
        long hash = hash(key);
        var group = group(hash);
        synchronized (group) {
            int way = group.find(key, (int) hash);
            boolean wasNot = way >= 0 && group.fullAt[way] > now();
            if (way >= 0) {
                group.free(way);
            }
            return wasNot;
        }
    }

    /// Says again that a bucket changed: what was drained could not be written.
    void markDirty(byte[] key) {
        long hash = hash(key);
        var group = group(hash);
        synchronized (group) {
            int way = group.find(key, (int) hash);
            if (way >= 0) {
                group.dirty |= 1 << way;
            }
        }
    }

    /// Shows the buckets that changed since they were last drained and are worth being written
    /// down; at most `most` and a few, the rest next time. Called by one thread at a time.
    void drain(int most, Visitor visitor) {
        int shown = 0;
        for (int i = 0; i < groups.length() && shown < most; i++) {
            cursor = (cursor + 1) % groups.length();
            var group = groups.get(cursor);
            if (group != null) {
                synchronized (group) {
                    shown += show(group, group.dirty, MIN_KEPT, visitor);
                    group.dirty = 0;
                }
            }
        }
    }

    /// Shows all buckets that are not full; a moment of each group.
    void each(Visitor visitor) {
        for (int i = 0; i < groups.length(); i++) {
            var group = groups.get(i);
            if (group != null) {
                synchronized (group) {
                    show(group, -1, 1, visitor);
                }
            }
        }
    }

    private int show(Group group, int which, long least, Visitor visitor) {
        int shown = 0;
        long now = which == 0 ? 0 : now();
        for (int left = which & ((1 << WAYS) - 1); left != 0; left &= left - 1) {
            int way = Integer.numberOfTrailingZeros(left);
            long debt = group.fullAt[way] - now;
            if (group.keys[way].length > 0 && debt >= least) {
                visitor.bucket(group.keys[way], debt);
                shown++;
            }
        }
        return shown;
    }

    /// Buckets that are not full.
    long count() {
        long count = 0;
        for (int i = 0; i < groups.length(); i++) {
            var group = groups.get(i);
            if (group != null) {
                synchronized (group) {
                    long now = now();
                    for (long fullAt : group.fullAt) {
                        count += fullAt > now ? 1 : 0;
                    }
                }
            }
        }
        return count;
    }

    /// Buckets that were forgotten before they were full, for lack of room.
    long forgotten() {
        return forgotten.sum();
    }

    private Group group(long hash) {
        int index = (int) (hash >>> 32) & (groups.length() - 1);
        var group = groups.get(index);
        if (group == null) {
            var made = new Group();
            group = groups.compareAndExchange(index, null, made);
            if (group == null) {
                group = made;
            }
        }
        return group;
    }

    private long hash(byte[] key) {
        long hash = scrambled(secret ^ key.length);
        long word = 0;
        for (int i = 0; i < key.length; i++) {
            word = word << 8 | (key[i] & 0xff);
            if ((i & 7) == 7) {
                hash = mixed(hash ^ word);
                word = 0;
            }
        }
        return mixed(hash ^ word);
    }

    /// Both halves of a product with a number that only this process knows.
    private long mixed(long value) {
        long a = value ^ 0x9e3779b97f4a7c15L;
        return scrambled(a * secret ^ Math.multiplyHigh(a, secret));
    }

    /// The last step of SplitMix64: every bit depends on all others.
    private static long scrambled(long value) {
        long a = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }
}
