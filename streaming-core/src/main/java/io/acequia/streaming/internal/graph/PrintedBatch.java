/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Time;
import java.util.List;

/** Prints the first records of a batch: the one place in the library that writes to standard output. */
final class PrintedBatch {
    private static final String LINE = "-------------------------------------------\n";

    private PrintedBatch() {}

    static void print(RDD<?> rdd, Time time, int most) {
        List<?> first = rdd.take(most == Integer.MAX_VALUE ? most : most + 1);
        StringBuilder text = new StringBuilder(LINE)
                .append("Time: ")
                .append(time)
                .append('\n')
                .append(LINE);
        for (Object record : first.subList(0, Math.min(most, first.size()))) {
            text.append(record).append('\n');
        }
        if (first.size() > most) {
            text.append("...\n");
        }
        System.out.println(text);
    }
}
