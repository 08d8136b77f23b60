/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.internal.operator.RecordErrors;
import io.acequia.streaming.internal.operator.Site;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For whom the jobs of an RDD run: a batch and its output at this moment, or nobody in particular. Record errors are kept by
 * operator and partition, so that an operator that two outputs compute counts once.
 */
public final class RddScope {
    /** Jobs outside of any batch. */
    public static final RddScope NONE = new RddScope(null);

    private final @Nullable Time batchTime;
    private final Map<String, Map<Integer, Long>> recordErrors = new HashMap<>();
    private volatile @Nullable String output;

    private RddScope(@Nullable Time batchTime) {
        this.batchTime = batchTime;
    }

    /** The jobs of one batch. */
    public static RddScope of(Time batchTime) {
        return new RddScope(batchTime);
    }

    /** From now on, jobs run for this output. */
    public void output(String uid) {
        this.output = uid;
    }

    JobInfo job(Site action) {
        return job(action, "");
    }

    /** A job that may see only the first records of a partition: what it puts aside must not replace what a whole one did. */
    JobInfo partial(Site action) {
        return job(action, RecordErrors.PARTIAL);
    }

    private JobInfo job(Site action, String suffix) {
        String name = output;
        return new JobInfo(
                Optional.ofNullable(batchTime),
                (name == null ? action.operator() : name) + suffix,
                action.callSite(),
                batchTime == null ? (partition, uid, n) -> {} : this::count);
    }

    /** The scope of an RDD made of two. */
    RddScope and(RddScope other) {
        return batchTime == null ? other : this;
    }

    /** Records left out in this batch, by uid of the operator. */
    public synchronized Map<String, Long> recordErrors() {
        Map<String, Long> sums = new HashMap<>();
        recordErrors.forEach((uid, byPartition) -> sums.put(
                uid, byPartition.values().stream().mapToLong(Long::longValue).sum()));
        return sums;
    }

    private synchronized void count(int partition, String uid, long n) {
        recordErrors.computeIfAbsent(uid, key -> new HashMap<>()).merge(partition, n, Math::max);
    }
}
