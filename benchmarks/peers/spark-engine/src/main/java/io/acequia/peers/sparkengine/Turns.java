/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * How a benchmark talks with a program of this folder: each line of standard input is a turn, its words with blanks between them, and
 * {@code done RESULT NANOS CPU} on standard output says what came of it. The program ends with its input.
 */
final class Turns {
    private Turns() {}

    /** One turn; its result. */
    @FunctionalInterface
    interface Turn {
        long take(String[] words) throws Exception;
    }

    static void serve(Turn turn) throws Exception {
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long cpuBefore = cpuNanos();
            long before = System.nanoTime();
            long result = turn.take(line.split(" ", -1));
            System.out.println("done " + result + " " + (System.nanoTime() - before) + " " + (cpuNanos() - cpuBefore));
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
