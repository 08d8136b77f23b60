/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.StateChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How long a batch is held up by a snapshot of the state. The running counts of W3 go on, batch after batch, while another
 * thread reads the whole version that was the newest and serializes it into nothing. What is told for each round is the longest
 * batch of that while, less the median of batches before it. Everything else that a snapshot takes from a batch is in it: the
 * processor, and the garbage collector.
 */
final class StateSnapshot implements AutoCloseable {
    private static final int WARM_UPS = 2;
    private static final int ALONE = 100;
    private static final double GATE_MILLIS = 20;

    private final int keys;
    private final List<List<String>> updates;
    private final SteppedCounts stream;
    private final HeldState<String, Long> state;
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private int next;

    StateSnapshot(int keys, int size) throws Exception {
        this.keys = keys;
        this.updates = StateKeys.updates(keys, ALONE, size);
        this.stream = RunningCounts.mapWithState(keys, WatchedStates.MASTER);
        stream.read(updates);
        this.state = WatchedStates.take();
    }

    /** One round: what batches took in milliseconds, and what was written meanwhile. */
    record Round(Samples alone, Samples meanwhile, double snapshot, SerializedSize.Written written) {
        /** Both have the pauses of the collector, so the longest is compared with the longest. */
        double heldUp() {
            return meanwhile.max() - alone.max();
        }

        double heldUpMostly() {
            return meanwhile.median() - alone.median();
        }
    }

    static void run(Request request) throws Exception {
        try (StateSnapshot snapshot = new StateSnapshot(request.keys(), RunningCounts.UPDATES)) {
            double[] heldUp = new double[request.rounds()];
            double[] mostly = new double[request.rounds()];
            for (int i = -WARM_UPS; i < heldUp.length; i++) {
                Round round = snapshot.round();
                System.out.printf(
                        Locale.ROOT,
                        "snapshot: %d keys, %.1f MB in %.0f ms; %d batches meanwhile: %s; %d alone: %s%s%n",
                        round.written().records(),
                        round.written().bytes() / 1e6,
                        round.snapshot(),
                        round.meanwhile().size(),
                        round.meanwhile().line("ms"),
                        round.alone().size(),
                        round.alone().line("ms"),
                        i < 0 ? " (warm-up)" : "");
                if (i >= 0) {
                    heldUp[i] = round.heldUp();
                    mostly[i] = round.heldUpMostly();
                }
            }
            Samples samples = Samples.of(heldUp);
            System.out.println("state-snapshot: the middle batch is held up "
                    + Samples.of(mostly).line("ms") + ", the longest " + samples.line("ms") + "; the gate is "
                    + GATE_MILLIS + " ms");
        }
    }

    Round round() throws Exception {
        double[] alone = new double[ALONE];
        for (int i = 0; i < ALONE; i++) {
            alone[i] = batch();
        }
        Time time = state.hold();
        long before = System.nanoTime();
        Future<SerializedSize.Written> written = reader.submit(() -> written(time));
        List<Double> meanwhile = new ArrayList<>();
        do {
            meanwhile.add(batch());
        } while (!written.isDone());
        double took = (System.nanoTime() - before) / 1e6;
        state.release();
        mustBe(keys, written.get().records());
        return new Round(
                Samples.of(alone),
                Samples.of(meanwhile.stream().mapToDouble(Double::doubleValue).toArray()),
                took,
                written.get());
    }

    private double batch() throws Exception {
        long before = System.nanoTime();
        stream.read(List.of(updates.get(next++ % ALONE)));
        return (System.nanoTime() - before) / 1e6;
    }

    @SuppressWarnings("unchecked") // a class has no type arguments
    private SerializedSize.Written written(Time time) throws Exception {
        Dataset<StateChange<String, Long>> all = state.changes(null, time);
        Class<StateChange<String, Long>> type = (Class<StateChange<String, Long>>) (Class<?>) StateChange.class;
        JobInfo job = new JobInfo(Optional.empty(), "snapshot", "state-snapshot", (partition, name, n) -> {});
        long records = 0;
        long bytes = 0;
        // One after the other: a job of one task runs on this thread, and takes no worker from the batches.
        for (int partition = 0; partition < all.partitionCount(); partition++) {
            for (SerializedSize.Written part : all.run(new SerializedSize<>(type), new int[] {partition}, job)) {
                records += part.records();
                bytes += part.bytes();
            }
        }
        return new SerializedSize.Written(records, bytes);
    }

    static void mustBe(int keys, long read) {
        if (read != keys) {
            throw new IllegalStateException(
                    "ACQ-3042 a snapshot of " + keys + " keys has " + read + ": a fast wrong answer is no answer");
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
        stream.close();
    }
}
