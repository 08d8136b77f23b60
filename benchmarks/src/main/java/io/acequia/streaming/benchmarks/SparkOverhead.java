/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.benchmarks.RddRuns.Turn;
import java.util.List;
import java.util.Locale;

/**
 * Jobs on the engine for Spark against the same jobs written on {@code JavaRDD}: in one JVM, on one Spark context, by turns; each must
 * come to the same number. In half of the rounds the one begins, in the other half the other.
 */
final class SparkOverhead {
    private static final int WARM_UPS = 5;
    /** The line of the gate is the last one. */
    private static final List<String> WORKS = List.of("BATCH", "SORT", "JOIN", "REDUCE_FILES", "REDUCE");

    private static final List<String> CONTESTANTS = List.of("engine", "spark");

    private SparkOverhead() {}

    /** What a program does when it is told so. */
    @FunctionalInterface
    interface Program {
        Turn turn(String told) throws Exception;
    }

    static void run(Request request) throws Exception {
        try (RddInput input = new RddInput(request.lines());
                SparkProcess jobs =
                        SparkProcess.startOnEngine("Jobs", List.of(input.in().toString()))) {
            for (String work : WORKS) {
                tell(work, request, measure(work, request.rounds(), jobs::turn));
            }
        }
    }

    static Rounds measure(String work, int count, Program program) throws Exception {
        Rounds rounds = new Rounds(CONTESTANTS.size(), count);
        for (int round = -WARM_UPS; round < count; round++) {
            Turn[] turns = new Turn[CONTESTANTS.size()];
            for (int i = 0; i < turns.length; i++) {
                int contestant = round % 2 == 0 ? i : turns.length - 1 - i;
                turns[contestant] = program.turn(CONTESTANTS.get(contestant) + " " + work);
                rounds.add(round, contestant, turns[contestant].wallNanos(), turns[contestant].cpuNanos());
            }
            RddRuns.mustAgree(work, turns[0].result(), turns[1].result());
        }
        return rounds;
    }

    private static void tell(String work, Request request, Rounds rounds) {
        String what = request.workload() + " " + work.toLowerCase(Locale.ROOT).replace('_', ' ');
        System.out.println(what + " on the engine: " + rounds.millis(0, 1).line("ms"));
        System.out.println(what + " on JavaRDD: " + rounds.millis(1, 1).line("ms"));
        System.out.println(rounds.cpuRatio(0, 1).ratioLine(what + " CPU time", "JavaRDD"));
        System.out.println(rounds.ratio(0, 1).ratioLine(what, "JavaRDD"));
    }
}
