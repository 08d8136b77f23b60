/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.DownTimePolicy;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.StreamGraph;
import java.time.Duration;

/**
 * Which of the batches run that were due while the job was down. Empty ones are skipped only when no window holds anything any more:
 * until then each of them changes what a window shows. For the timer thread.
 */
final class MissedBatches {
    private final DownTimePolicy policy;
    private final Duration interval;
    private final Time last;
    private final Duration longest;
    private Time newestFilled;

    /**
     * @param newest the newest batch that there has been
     * @param now when the job is started again
     */
    MissedBatches(StreamGraph graph, Time newest, Time now) {
        this.policy = graph.conf().get(StreamingConf.DOWN_TIME_POLICY);
        this.interval = graph.batchInterval();
        long intervals = Math.floorDiv(now.milliseconds() - newest.milliseconds(), interval.toMillis());
        this.last = new Time(newest.milliseconds() + Math.max(0, intervals) * interval.toMillis());
        this.longest = graph.longestWindow();
        this.newestFilled = newest;
    }

    /** Whether a batch is due after the start. */
    boolean isOver(Time time) {
        return time.compareTo(last) > 0;
    }

    /** Whether there is a batch at this time, whatever it brings. */
    boolean mayRun(Time time) {
        return policy != DownTimePolicy.MERGE || time.equals(last);
    }

    boolean skipsEmpty() {
        return policy == DownTimePolicy.SKIP_EMPTY;
    }

    /** Whether a batch has nothing and changes nothing. */
    boolean skips(PlannedBatch batch, int sources) {
        if (!batch.isEmpty(sources)) {
            newestFilled = batch.time();
            return false;
        }
        return longest.isZero() || newestFilled.plus(longest).plus(interval).compareTo(batch.time()) < 0;
    }
}
