/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Running counts by {@code mapWithState} over ever more keys, with as many updates a batch. <b>Same</b>: the updates of every
 * size are the same ones, of the keys that the smallest has, so all that grows is what is not touched. <b>Spread</b>: they are
 * drawn evenly from all keys, so at larger sizes the caches of the processor help less; a {@code HashMap} is told beside, as
 * it has that too. Also told: heap in use for each key, after a collection, once with everything of the stream and once with
 * the map.
 *
 * <p>All sizes run by turns in one JVM. Flat is a last ratio near 1.
 */
final class StateGrowth implements AutoCloseable {
    private static final int[] HUNDREDTHS = {1, 3, 10, 30, 100, 300};
    private static final int WARM_UPS = 4;
    private static final int BATCHES = 20;

    private final List<Size> sizes = new ArrayList<>();
    private final int updates;

    /** Sizes from a hundredth of {@code keys} to three times as many. */
    StateGrowth(int keys, int updates) throws Exception {
        if (keys < 100) {
            throw new IllegalArgumentException("ACQ-3041 --keys " + keys
                    + ": must be at least 100, as the smallest state has a hundredth of them");
        }
        this.updates = updates;
        for (int hundredths : HUNDREDTHS) {
            sizes.add(new Size(Math.toIntExact((long) keys * hundredths / 100), updates));
        }
    }

    /** The contestants of a size, and what they add to the heap. */
    private static final class Size implements AutoCloseable {
        final int keys;
        final SteppedCounts stream;
        final HandWrittenState limit;
        final List<List<String>> spread;
        final double streamBytes;
        final double limitBytes;

        Size(int keys, int updates) throws Exception {
            this.keys = keys;
            this.spread = StateKeys.updates(keys, BATCHES, updates);
            long before = Heap.inUse();
            stream = RunningCounts.mapWithState(keys);
            stream.read(List.of(List.of(), List.of(), List.of()));
            long between = Heap.inUse();
            limit = new HandWrittenState(keys);
            long after = Heap.inUse();
            streamBytes = (between - before) / (double) keys;
            limitBytes = (after - between) / (double) keys;
        }

        @Override
        public void close() {
            limit.close();
            stream.close();
        }
    }

    static void run(Request request) throws Exception {
        try (StateGrowth growth = new StateGrowth(request.keys(), RunningCounts.UPDATES)) {
            growth.tell(growth.measure(request.rounds()));
        }
    }

    /** Three contestants for each size: the stream with the same updates, with spread ones, and the map. */
    Rounds measure(int rounds) throws Exception {
        List<List<String>> same = StateKeys.updates(sizes.get(0).keys, BATCHES, updates);
        Rounds times = new Rounds(3 * sizes.size(), rounds);
        for (int round = -WARM_UPS; round < rounds; round++) {
            for (int i = 0; i < sizes.size(); i++) {
                Size size = sizes.get(i);
                times.otherNumbers();
                times.time(round, 3 * i, () -> size.stream.read(same));
                times.otherNumbers();
                times.time(round, 3 * i + 1, () -> size.stream.read(size.spread));
                size.limit.merging(same);
                times.time(round, 3 * i + 2, () -> size.limit.merging(size.spread));
            }
        }
        return times;
    }

    void tell(Rounds times) {
        System.out.println("| keys | same updates, a batch | spread updates, a batch | HashMap, spread, a batch"
                + " | heap bytes a key | HashMap, heap bytes a key |");
        System.out.println("|---|---|---|---|---|---|");
        for (int i = 0; i < sizes.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "| %d | %s | %s | %s | %.1f | %.1f |%n",
                    sizes.get(i).keys,
                    times.millis(3 * i, BATCHES).line("ms"),
                    times.millis(3 * i + 1, BATCHES).line("ms"),
                    times.millis(3 * i + 2, BATCHES).line("ms"),
                    sizes.get(i).streamBytes,
                    sizes.get(i).limitBytes);
        }
        System.out.printf(
                Locale.ROOT,
                "slope of log time over log keys: same updates %.3f, spread updates %.3f, HashMap %.3f%n",
                slope(times, 0),
                slope(times, 1),
                slope(times, 2));
        int largest = 3 * (sizes.size() - 1);
        tell("HashMap, spread updates", times.ratio(largest + 2, 2));
        tell("spread updates", times.ratio(largest + 1, 1));
        tell("same updates CPU time", times.cpuRatio(largest, 0));
        tell("same updates", times.ratio(largest, 0));
    }

    private void tell(String what, Samples ratio) {
        System.out.println(ratio.ratioLine(
                "state-growth " + what + ", " + sizes.get(sizes.size() - 1).keys + " keys",
                sizes.get(0).keys + " keys"));
    }

    private double slope(Rounds times, int contestant) {
        double[] keys = new double[sizes.size()];
        double[] millis = new double[sizes.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = sizes.get(i).keys;
            millis[i] = times.millis(3 * i + contestant, BATCHES).median();
        }
        return slope(keys, millis);
    }

    /** The exponent of the power of x that fits y best: 0 is flat, 1 is linear. */
    static double slope(double[] x, double[] y) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < x.length; i++) {
            meanX += Math.log(x[i]) / x.length;
            meanY += Math.log(y[i]) / y.length;
        }
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            products += (Math.log(x[i]) - meanX) * (Math.log(y[i]) - meanY);
            squares += (Math.log(x[i]) - meanX) * (Math.log(x[i]) - meanX);
        }
        return products / squares;
    }

    @Override
    public void close() {
        sizes.forEach(Size::close);
    }
}
