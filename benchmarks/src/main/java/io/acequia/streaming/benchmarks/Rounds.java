/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** Wall and processor time of each contestant in each round; rounds below 0 warm up. */
final class Rounds {
    private final double[][] wall;
    private final double[][] cpu;
    private long words = -1;

    Rounds(int contestants, int rounds) {
        wall = new double[contestants][rounds];
        cpu = new double[contestants][rounds];
    }

    /** Runs {@code work}, which gives the number of words that it counted: the same for all of these contestants. */
    void time(int round, int contestant, Callable<Long> work) throws Exception {
        long cpuBefore = cpuNanos();
        long before = System.nanoTime();
        long counted = work.call();
        long took = System.nanoTime() - before;
        if (words >= 0 && counted != words) {
            throw new IllegalStateException("ACQ-3008 contestant " + contestant + " counted " + counted
                    + " words where the one before counted " + words + ": a fast wrong answer is no answer");
        }
        words = counted;
        add(round, contestant, took, cpuNanos() - cpuBefore);
    }

    /** From here on the number is another one, and again the same for all. */
    void otherNumbers() {
        words = -1;
    }

    /** What a contestant took that measures itself. */
    void add(int round, int contestant, double wallNanos, double cpuNanos) {
        if (round >= 0) {
            wall[contestant][round] = wallNanos;
            cpu[contestant][round] = cpuNanos;
        }
    }

    Samples ratio(int ours, int theirs) {
        return quotients(wall[theirs], wall[ours]);
    }

    Samples cpuRatio(int ours, int theirs) {
        return quotients(cpu[theirs], cpu[ours]);
    }

    Samples speed(int contestant, double thousands) {
        return Samples.of(Arrays.stream(wall[contestant])
                .map(nanos -> thousands / (nanos / 1e9))
                .toArray());
    }

    Samples cpuMicros(int contestant, long lines) {
        return Samples.of(
                Arrays.stream(cpu[contestant]).map(nanos -> nanos / 1e3 / lines).toArray());
    }

    /** Milliseconds of each of the equal parts of a round. */
    Samples millis(int contestant, int parts) {
        return Samples.of(Arrays.stream(wall[contestant])
                .map(nanos -> nanos / 1e6 / parts)
                .toArray());
    }

    /** Speed and processor time of one contestant, in a line. */
    String line(String name, int contestant, long lines) {
        return name + ": " + speed(contestant, lines / 1e3).line("k lines/s") + ", CPU "
                + cpuMicros(contestant, lines).line("us/line");
    }

    private static Samples quotients(double[] above, double[] below) {
        double[] quotients = new double[above.length];
        for (int i = 0; i < quotients.length; i++) {
            quotients[i] = above[i] / below[i];
        }
        return Samples.of(quotients);
    }

    /** Processor time of this process. */
    static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
