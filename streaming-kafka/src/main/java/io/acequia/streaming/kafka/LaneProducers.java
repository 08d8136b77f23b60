/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The producers of a JVM, one for each lane, kept from batch to batch: to open one takes several round trips.
 *
 * <p>Two batches of a lane, as there are with more than one job at a time, write one after the other: the second would fence the
 * first. Two attempts of one batch do fence each other, as one of them may hang for ever: the later one goes on.
 */
final class LaneProducers {
    private static final int MOST_IDLE = 64;
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Condition CHANGED = LOCK.newCondition();
    private static final Map<Lane, Claim> CLAIMS = new HashMap<>();
    private static final Map<Lane, LaneProducer> IDLE = new HashMap<>();
    private static final Set<Lane> LONGEST_IDLE = new LinkedHashSet<>();

    private LaneProducers() {}

    /** A batch that has, or had, the lane. */
    record Claim(Lane lane, Time batch, Object attempt) {}

    /**
     * Takes a lane for a batch; waits while another batch has it.
     *
     * @throws StreamingException when that takes longer than a transaction may
     */
    static Claim claim(Lane lane, Time batch) throws InterruptedException {
        StreamClock clock = StreamClock.system();
        Duration patience = lane.target().connection().transactionTimeout();
        long deadline = clock.nanoTime() + patience.toNanos();
        LOCK.lockInterruptibly();
        try {
            Claim before = CLAIMS.get(lane);
            while (before != null && !before.batch().equals(batch)) {
                long left = deadline - clock.nanoTime();
                if (left <= 0) {
                    throw new StreamingException(
                            "ACQ-2526",
                            lane + " is still written for batch " + before.batch() + " after " + patience.toSeconds()
                                    + " s, so batch " + batch
                                    + " cannot be: raise transaction.timeout.ms, or have fewer"
                                    + " batches at a time by streaming.concurrent.jobs",
                            null);
                }
                CHANGED.await(left, TimeUnit.NANOSECONDS);
                before = CLAIMS.get(lane);
            }
            Claim claim = new Claim(lane, batch, new Object());
            CLAIMS.put(lane, claim);
            return claim;
        } finally {
            LOCK.unlock();
        }
    }

    /** The producer of a lane that was claimed: one that waits, or a new one. */
    static LaneProducer take(Claim claim) throws InterruptedException {
        LaneProducer ready;
        LOCK.lock();
        try {
            ready = IDLE.remove(claim.lane());
            LONGEST_IDLE.remove(claim.lane());
        } finally {
            LOCK.unlock();
        }
        return ready != null ? ready : LaneProducer.open(claim.lane());
    }

    /** Gives back a producer that has no transaction open; again has no effect. */
    static void giveBack(Claim claim, LaneProducer producer) {
        LaneProducer superfluous = producer;
        LOCK.lock();
        try {
            if (release(claim)) {
                IDLE.put(claim.lane(), producer);
                LONGEST_IDLE.add(claim.lane());
                superfluous = IDLE.size() > MOST_IDLE ? longestIdle() : null;
            }
        } finally {
            LOCK.unlock();
        }
        if (superfluous != null) {
            superfluous.close();
        }
    }

    private static @Nullable LaneProducer longestIdle() {
        Lane lane = LONGEST_IDLE.iterator().next();
        LONGEST_IDLE.remove(lane);
        return IDLE.remove(lane);
    }

    /** The claim has ended, and its producer is closed. */
    static void giveUp(Claim claim) {
        LOCK.lock();
        try {
            release(claim);
        } finally {
            LOCK.unlock();
        }
    }

    /** Whether it still had the lane: a later attempt of its batch may have taken it. */
    private static boolean release(Claim claim) {
        boolean had = CLAIMS.remove(claim.lane(), claim);
        CHANGED.signalAll();
        return had;
    }
}
