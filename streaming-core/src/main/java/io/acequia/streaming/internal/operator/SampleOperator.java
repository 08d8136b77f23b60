/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import java.util.SplittableRandom;

/** A random part of a partition; the same seed gives the same part. */
public record SampleOperator<T>(boolean replace, double fraction, long seed) implements Operator<T, T> {
    /** Beyond it, the exponential leaves the range of a double. */
    private static final double HIGHEST_RATE = 500;

    /**
     * Random numbers for a partition. The generator steps by a constant, so seeds that differ by a multiple of it give the
     * same numbers, shifted; but what it gives, taken as a seed, lies far from that of any other partition.
     */
    public static SplittableRandom random(long seed, int partition) {
        long mixed = new SplittableRandom(seed).nextLong();
        return new SplittableRandom(new SplittableRandom(mixed + partition).nextLong());
    }

    @Override
    public Downstream<T> attach(TaskContext task, Downstream<T> down) {
        return new Stage<T, T>(down) {
            private final SplittableRandom random = random(seed, task.partition());

            @Override
            public void accept(T record) throws Exception {
                int times = replace ? poisson() : random.nextDouble() < fraction ? 1 : 0;
                for (int i = 0; i < times; i++) {
                    down.accept(record);
                }
            }

            /** How often events of rate {@code fraction} happen; a high rate is the sum of lower ones. */
            private int poisson() {
                int times = 0;
                double left = fraction;
                for (; left > HIGHEST_RATE; left -= HIGHEST_RATE) {
                    times += poisson(HIGHEST_RATE);
                }
                return times + poisson(left);
            }

            /** Knuth's product of uniforms. */
            private int poisson(double rate) {
                double limit = Math.exp(-rate);
                int times = -1;
                for (double product = 1; product > limit; product *= random.nextDouble()) {
                    times++;
                }
                return Math.max(times, 0);
            }
        };
    }
}
