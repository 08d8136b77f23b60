/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A context at one moment: what a page, a health check or a test polls.
 *
 * @param appName name of the application
 * @param state name of the lifecycle state
 * @param batchInterval the batch interval
 * @param startedAt when it was started
 * @param lastCompleted the newest batch that is done
 * @param batchesQueued batches that wait or run
 * @param batchesCompleted batches done since the start
 * @param batchesFailed those of them that failed
 * @param recordsIn records of all batches done
 * @param recordErrors by operator, the records for which its function threw and which its policy let pass
 * @param plans how often a chain of operators of a new shape was planned
 * @param listenerEventsDropped events that the listeners were too slow for
 * @param sources what is known of each receiver
 * @param states what is known of each keyed state, by uid
 * @param checkpoints what is known of the checkpoints; nothing without a checkpoint directory
 */
public record ContextStatus(
        String appName,
        String state,
        Duration batchInterval,
        Optional<Instant> startedAt,
        Optional<Time> lastCompleted,
        int batchesQueued,
        long batchesCompleted,
        long batchesFailed,
        long recordsIn,
        Map<String, Long> recordErrors,
        long plans,
        long listenerEventsDropped,
        List<SourceStatus> sources,
        List<StateStatus> states,
        Optional<CheckpointStatus> checkpoints) {
    public ContextStatus {
        recordErrors = Map.copyOf(recordErrors);
        sources = List.copyOf(sources);
        states = List.copyOf(states);
    }

    /**
     * A source at one moment: one with a receiver, or one that is read by range, which is active while it answers its planner.
     *
     * @param streamId number of its stream
     * @param source name of the source
     * @param state what it is doing
     * @param records records read since the start; of a source that is read by range those that it could number before
     * @param rejected what a receiver could not decode since the start
     * @param waiting records read that no batch has taken yet
     * @param restarts how often it was connected anew
     * @param limit records a second that it may bring now, at most; nothing when there is no limit
     * @param rateTerms what led to its latest estimate; nothing before the first, and without back-pressure
     */
    public record SourceStatus(
            int streamId,
            String source,
            ReceiverState state,
            long records,
            long rejected,
            long waiting,
            long restarts,
            OptionalLong limit,
            Optional<RateTerms> rateTerms) {}

    /**
     * Keyed state at one moment.
     *
     * @param uid its uid
     * @param operator name of the operation that keeps it
     * @param keys keys that have a state
     * @param memoryBytes about how much heap keys and states take
     * @param budgetBytes how much they may take; what is beyond goes to disk by page
     * @param spilledPages pages that are on disk and not in memory
     * @param spilledBytes length of their files
     */
    public record StateStatus(
            String uid,
            String operator,
            long keys,
            long memoryBytes,
            long budgetBytes,
            long spilledPages,
            long spilledBytes) {}

    /**
     * How back-pressure came to a rate: the rate before, less the proportional, the integral and the derivative term, but not
     * less than {@code streaming.backpressure.min.rate}. The limit in force may be lower: other settings limit it too.
     *
     * @param rate what the stream may bring by this estimate, in records a second
     * @param proportional the error times {@code streaming.backpressure.pid.proportional}
     * @param integral what waits times {@code streaming.backpressure.pid.integral}
     * @param derivative the error's change times {@code streaming.backpressure.pid.derived}
     * @param processingRate records a second that the batch got through
     * @param error the rate before less the processing rate, in records a second
     * @param hist the scheduling delay times the processing rate over the batch interval: what waits, in records a second
     * @param dError how much the error changed in a second since the batch before
     */
    public record RateTerms(
            double rate,
            double proportional,
            double integral,
            double derivative,
            double processingRate,
            double error,
            double hist,
            double dError) {}

    /**
     * The checkpoints of a job.
     *
     * @param interval how often there is one, at most
     * @param last the newest one of this run, or the one that it began from
     * @param lastBytes what the newest one of this run wrote
     * @param completed checkpoints of this run
     * @param failed attempts of this run that failed
     * @param journalBytes how long the journal is
     */
    public record CheckpointStatus(
            Duration interval, Optional<Time> last, long lastBytes, long completed, long failed, long journalBytes) {}
}
