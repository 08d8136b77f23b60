/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.time.Duration;
import java.util.Locale;

/** W5: what a batch costs, how old a record is when its batch is done, and how short an interval may be. */
final class SmallBatches {
    private SmallBatches() {}

    static void run(Request request) throws Exception {
        OneRecord.mustCountOne();
        System.out.println("outputs agree: one word in one record");
        endToEnd(request.rounds());
        stable(Duration.ofMillis(5), 100, request.rounds());
        stable(Duration.ofMillis(1), 10, request.rounds());
        OneRecord.compare(request.rounds());
    }

    /** Records that come evenly wait half an interval for their batch, and the last of them a whole one: that is the limit. */
    private static void endToEnd(int rounds) throws Exception {
        Duration interval = Duration.ofMillis(100);
        SocketWordCount.Measured measured = SocketWordCount.run(interval, 10, Duration.ofSeconds(2), rounds);
        System.out.println("100 ms batches, 10 k records/s through a socket: end to end p50 "
                + measured.medianLatency().line("ms") + ", p99 "
                + measured.p99Latency().line("ms"));
        System.out.println(
                measured.p99Latency().under(interval.toMillis()).ratioLine("W5 p99 latency", "the interval"));
    }

    /** Stable is a median above 1, and no batch that waits in the end. */
    private static void stable(Duration interval, int linesEachMilli, int rounds) throws Exception {
        SocketWordCount.Measured measured =
                SocketWordCount.run(interval, linesEachMilli, Duration.ofSeconds(1), rounds);
        String what = interval.toMillis() + " ms batches at " + linesEachMilli + " k records/s";
        System.out.println(String.format(
                Locale.ROOT,
                "%s: %s a batch, end to end p99 %s, scheduling delay at most %.1f ms, batches that waited at the end %d, records %d of %d sent",
                what,
                measured.batch().line("ms"),
                measured.p99Latency().line("ms"),
                measured.longestDelay(),
                measured.waitingBatches(),
                measured.counted(),
                measured.sent()));
        System.out.println(measured.batch().under(interval.toMillis()).ratioLine("W5 " + what, "the interval"));
    }
}
