/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.List;
import java.util.Set;

/**
 * What the command line asks for.
 *
 * @param workload name of the workload
 * @param whom the contestant
 * @param rounds measured rounds, at least 5
 * @param lines lines of input a batch, where the workload has a choice; of kafka and other connectors, records a round
 * @param keys keys of the state, where the workload has one
 * @param only of W1 and W2, the stream to measure, {@link #STRING} or {@link #UTF8}; empty for both, each in a JVM of its own
 * @param bootstrap of kafka, the broker to ask first; empty for one in a container of its own
 * @param heap of rdd against {@link #MEMORY}, the heap in MiB
 * @param engine of W1, {@link #SPARK} for the engine that runs on it; empty for the local one
 */
record Request(
        String workload,
        String whom,
        int rounds,
        int lines,
        int keys,
        String only,
        String bootstrap,
        int heap,
        String engine) {
    static final String STRING = "String";
    static final String UTF8 = "Utf8";

    static final int LEAST_ROUNDS = 5;
    static final String LOG_OFF = "log-off";
    static final String KAFKA = "kafka";
    static final String RDD = "rdd";
    static final String LOOP = "loop";
    static final String MEMORY = "memory";
    static final String CONSUMER = "consumer";
    static final String SPARK = "spark";
    static final String SCALE = "scale";
    static final String SPARK_OVERHEAD = "spark-overhead";
    static final String JAVA_RDD = "javardd";
    static final String CLIENT = "client";
    private static final Set<String> CONNECTORS = ClientThroughput.PAIRS.keySet();
    /** What has no limit written by hand. */
    private static final Set<String> OTHERS = Set.of(KAFKA, RDD, SPARK_OVERHEAD, SCALE);

    /** What has no contestant at all. */
    private static final Set<String> ALONE = Set.of("state-growth", "state-snapshot", "checkpoint", SCALE);

    private static final int ROUNDS = 9;
    private static final int LINES = 1_000_000;
    private static final int MESSAGES = 100_000;
    private static final int KEYS = 1_000_000;
    private static final int HEAP = 32;
    private static final String USAGE =
            "usage: bin/bench W1|W2|W3|W4|W5|W6|W7|rate --vs limit [--rounds N] [--lines N] [--keys N] [--only"
                    + " String|Utf8], or bin/bench W2 --vs log-off, or bin/bench kafka --vs consumer|spark [--bootstrap"
                    + " HOST:PORT] [--rounds N] [--records N], or bin/bench rdd --vs loop|spark [--rounds N] [--lines N],"
                    + " or bin/bench W1 --engine spark --vs spark, or bin/bench spark-overhead --vs javardd [--rounds N]"
                    + " [--lines N],"
                    + " or bin/bench mqtt|zeromq|akka|flume|kinesis|twitter --vs client [--rounds N] [--records N],"
                    + " or bin/bench rdd --memory [--lines N] [--heap MIB], or bin/bench"
                    + " state-growth|state-snapshot|checkpoint [--rounds N] [--keys N], or bin/bench scale [--rounds N]";

    /** Parses a command line. */
    static Request of(List<String> arguments) {
        String workload = "";
        String whom = "";
        int rounds = ROUNDS;
        int lines = 0;
        int heap = HEAP;
        int keys = KEYS;
        String only = "";
        String bootstrap = "";
        String engine = "";
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--memory" -> whom = MEMORY;
                case "--heap" -> heap = number(argument, value(arguments, ++i));
                case "--vs" -> whom = value(arguments, ++i);
                case "--rounds" -> rounds = number(argument, value(arguments, ++i));
                case "--lines", "--records" -> lines = number(argument, value(arguments, ++i));
                case "--bootstrap" -> bootstrap = bootstrap(value(arguments, ++i));
                case "--engine" -> engine = value(arguments, ++i);
                case "--only" -> only = stream(value(arguments, ++i));
                case "--keys" -> keys = number(argument, value(arguments, ++i));
                default -> {
                    if (!workload.isEmpty() || argument.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "ACQ-3001 '" + argument + "' is no option of the benchmarks; " + USAGE);
                    }
                    workload = argument;
                }
            }
        }
        boolean alone = whom.isEmpty() && ALONE.contains(workload);
        boolean onSpark = workload.equals("W1") && engine.equals(SPARK);
        if (!engine.isEmpty() && !onSpark) {
            throw new IllegalArgumentException("ACQ-3176 --engine '" + engine + "' for '" + workload
                    + "': the engine can be told for W1 alone, and must be 'spark'; " + USAGE);
        }
        if (!alone && !(onSpark ? whom.equals(SPARK) : isContestant(whom, workload))) {
            throw new IllegalArgumentException("ACQ-3002 --vs '" + whom
                    + "': the contestant must be 'limit', for W2 also 'log-off', for kafka 'consumer' or 'spark', for rdd"
                    + " 'loop' or 'spark', for spark-overhead 'javardd', for W1 with --engine spark 'spark', and for other"
                    + " connectors 'client'; "
                    + USAGE);
        }
        if (rounds < LEAST_ROUNDS) {
            throw new IllegalArgumentException("ACQ-3003 --rounds " + rounds + ": must be at least " + LEAST_ROUNDS
                    + ", fewer say nothing about the spread");
        }
        if (lines == 0) {
            lines = whom.equals(MEMORY) ? RddRuns.MEMORY_LINES : CONNECTORS.contains(workload) ? MESSAGES : LINES;
        }
        return new Request(workload, whom, rounds, lines, keys, only, bootstrap, heap, engine);
    }

    private static boolean isContestant(String whom, String workload) {
        return switch (whom) {
            case "limit" -> !OTHERS.contains(workload) && !CONNECTORS.contains(workload);
            case CLIENT -> CONNECTORS.contains(workload);
            case LOG_OFF -> workload.equals("W2");
            case CONSUMER -> workload.equals(KAFKA);
            case SPARK -> workload.equals(KAFKA) || workload.equals(RDD);
            case LOOP, MEMORY -> workload.equals(RDD);
            case JAVA_RDD -> workload.equals(SPARK_OVERHEAD);
            default -> false;
        };
    }

    private static String bootstrap(String text) {
        if (text.matches("[^:,\\s]+:[0-9]+(,[^:,\\s]+:[0-9]+)*")) {
            return text;
        }
        throw new IllegalArgumentException("ACQ-3150 --bootstrap '" + text
                + "': must be host:port of a broker, several with a comma between them, or left out for a broker in a"
                + " container; " + USAGE);
    }

    private static String stream(String name) {
        if (name.equals(STRING) || name.equals(UTF8)) {
            return name;
        }
        throw new IllegalArgumentException(
                "ACQ-3043 --only '" + name + "': must be " + STRING + " or " + UTF8 + "; " + USAGE);
    }

    boolean measures(String stream) {
        return only.equals(stream);
    }

    private static String value(List<String> arguments, int at) {
        return at < arguments.size() ? arguments.get(at) : "";
    }

    private static int number(String option, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "ACQ-3004 " + option + " '" + text + "': must be a whole number above 0; " + USAGE);
    }
}
