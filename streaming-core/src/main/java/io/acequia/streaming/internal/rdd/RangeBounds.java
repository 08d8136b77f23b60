/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.internal.operator.FoldOperator;
import io.acequia.streaming.internal.operator.RangePartitioner;
import io.acequia.streaming.internal.operator.Site;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Finds where to cut keys into ranges of about the same size: runs a job that samples them. */
final class RangeBounds {
    private static final int SAMPLES_PER_BOUND = 40;

    private RangeBounds() {}

    static <C, T> Partitioner of(DatasetPairRdd<C, T> keyed, Ordering<C> order, int ranges) {
        if (ranges == 1) {
            return new RangePartitioner<>(List.of(), order);
        }
        int samplesPerPartition = SAMPLES_PER_BOUND * ranges;
        Site at = Site.of("sample for sorting");
        List<Weighted<C>> samples = new ArrayList<>();
        long total = 0;
        for (Reservoir<C> part : keyed.job(
                at,
                new FoldOperator<Tuple2<C, T>, Reservoir<C>>(
                        at, () -> new Reservoir<>(samplesPerPartition), (sample, pair) -> sample.offer(pair._1())))) {
            double weight = part.kept.isEmpty() ? 0 : (double) part.seen / part.kept.size();
            part.kept.forEach(key -> samples.add(new Weighted<>(key, weight)));
            total += part.seen;
        }
        samples.sort((a, b) -> order.compare(a.key, b.key));
        List<C> bounds = new ArrayList<>();
        double step = (double) total / ranges;
        double passed = 0;
        for (Weighted<C> sample : samples) {
            passed += sample.weight;
            boolean due = passed >= step * (bounds.size() + 1);
            boolean rises = bounds.isEmpty() || order.compare(sample.key, bounds.get(bounds.size() - 1)) > 0;
            if (due && rises && bounds.size() < ranges - 1) {
                bounds.add(sample.key);
            }
        }
        return new RangePartitioner<>(bounds, order);
    }

    private record Weighted<C>(C key, double weight) {}

    /** A uniform sample of bounded size: algorithm R of Vitter, with a fixed seed. */
    private static final class Reservoir<C> implements Serializable {
        private final int most;
        private final ArrayList<C> kept = new ArrayList<>();
        private long seen;

        Reservoir(int most) {
            this.most = most;
        }

        Reservoir<C> offer(C key) {
            seen++;
            if (kept.size() < most) {
                kept.add(key);
            } else {
                long at = new SplittableRandom(seen).nextLong(seen);
                if (at < most) {
                    kept.set((int) at, key);
                }
            }
            return this;
        }
    }
}
