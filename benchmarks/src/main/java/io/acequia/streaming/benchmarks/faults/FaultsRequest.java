/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the command line asks for.
 *
 * @param rig name of the rig
 * @param n how often; what is counted depends on the rig
 * @param seed of all chance
 * @param time how long, for the rig that runs for a time
 * @param only the one fault that is asked for, of a rig of many; blank for all
 * @param part of the full run, from 1; 0 for none
 * @param dirty whether the full run may try a tree that has changes
 */
record FaultsRequest(String rig, int n, long seed, Duration time, String only, int part, boolean dirty) {
    static final String USAGE =
            """
            usage: bin/faults RIG [--n N] [--seed S] [--minutes M] [--only FAULT] [--part K/8] [--dirty]
              disk          torn writes, flipped bits, misplaced segments, failing, full and slow devices
                            (--n: devices that fail; a tenth of them are full, and slow)
              receiver      split input, poison, events across blocks, restarts, floods (--n: restarts)
              receiver-kill processes killed between receive, store and acknowledgement (--n: kills)
              hostile       damaged checkpoints and directories, strange names, bytes made to do harm, contexts without end
                            (--n: mutants of bytes; a tenth of it contexts)
              fixture       writes the checkpoint directory that later versions must restore, and says where
              kill          processes with exactly-once programs: all of the following (--n: kills at any time)
                kill-random   killed at any time, from outside and at places in the code (--n: kills)
                kill-places   halted at every failpoint, at its first and second passage, and its first after a recovery
                              (--n: how many of the three)
                kill-nested   killed, and killed again while they recover (--n: chains)
                stop          SIGTERM under load, receivers that ignore it, pauses (--n: stops)
                break         memory that runs out, second drivers, directories that go away, outputs that fail
                              (--n: outputs; a tenth of it for memory and directories, a quarter for drivers)
              controls      seeded mistakes, each of which the rigs must notice
                kill-controls those of processes alone
              sim           whole programs in a simulated world: crashes, devices, clocks, corruption, failing outputs
                            (--seeds: seeds of each fault, a tenth of them of the long ones; --only F11: that one alone)
              kafka         a broker in a container (ci/containers.sh start kafka), and all of the following (--n: kills of the
                            broker; three times as many of processes)
                kafka-broker  killed under load and started again (--n: kills)
                kafka-process a process from Kafka over state to a sink, killed at any time (--n: kills)
                kafka-controls seeded mistakes around them
              mqtt, zeromq, akka, flume, kinesis, twitter
                                   outages, kills and restarts of a connector, against its real server in a container where there is one
                            (--n: outages of each kind, five times as many kills and restarts; minutes to an hour)
              spark         a cluster of Spark of processes: executors, drivers and workers killed (--n: kills of the executor that
                            receives, half as many of the driver, a seventh of workers; minutes)
              ci            a part of all of these, in at most five minutes; the seed is made from the commit
              full          an eighth of the numbers of docs/reliability-report.md, and their rows (--part 1/8 to 8/8);
                            only of what is committed, unless --dirty, which the rows tell
              tests         faults that are tests of every build: things that user code throws, formats, edits of programs
              repeat        the receiver tests on the manual clock, on all processors under load (--minutes)
            The last line is RIG: n=… lost=… duplicated=… wrong=… seed=…, with what applies.
            Exit code 0: survived; 1: not survived; 2: the request cannot be served.""";

    private static final long SEED = 20_261_101;
    private static final double MINUTES = 15;
    private static final Set<String> PLANS = Set.of("ci", "full");
    private static final String DIRTY = "--dirty";

    /** What another part of the code asks of a rig. */
    static FaultsRequest of(String rig, int n, long seed, String only) {
        return new FaultsRequest(rig, n, seed, Duration.ZERO, only, 0, false);
    }

    /** Parses a command line; empty when it asks for help. */
    static Optional<FaultsRequest> of(List<String> arguments) {
        String rig = "";
        int n = 0;
        long seed = 0;
        double minutes = MINUTES;
        String only = "";
        int part = 0;
        boolean dirty = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            switch (argument) {
                case "--help", "-h" -> {
                    return Optional.empty();
                }
                case "--n", "--seeds" -> n = (int) number(argument, value, Integer.MAX_VALUE);
                case "--seed" -> seed = number(argument, value, Long.MAX_VALUE);
                case "--minutes" -> minutes = minutes(value);
                case "--only" -> only = value;
                case "--part" -> part = part(value);
                case DIRTY -> dirty = true;
                default -> {
                    if (!rig.isEmpty() || argument.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "ACQ-3031 '" + argument + "' is no option of the fault rigs; " + USAGE);
                    }
                    rig = argument;
                }
            }
            i += argument.startsWith("--") && !argument.equals(DIRTY) ? 1 : 0;
        }
        if (rig.isEmpty()) {
            throw new IllegalArgumentException("ACQ-3032 no rig is named; " + USAGE);
        }
        if (seed == 0) {
            seed = PLANS.contains(rig) ? Long.getLong("acequia.faults.seed", SEED) : SEED;
        }
        Duration time = Duration.ofMillis(Math.round(minutes * 60_000));
        return Optional.of(new FaultsRequest(rig, n, seed, time, only, part, dirty));
    }

    /** The number that was asked for, or else this one. */
    int n(int otherwise) {
        return n > 0 ? n : otherwise;
    }

    private static long number(String option, String text, long most) {
        try {
            long number = Long.parseLong(text);
            if (number > 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "ACQ-3033 " + option + " '" + text + "': must be a whole number from 1 to " + most + "; " + USAGE);
    }

    private static int part(String text) {
        for (int part = 1; part <= Plan.PARTS; part++) {
            if (text.equals(part + "/" + Plan.PARTS)) {
                return part;
            }
        }
        throw new IllegalArgumentException("ACQ-3142 --part '" + text + "': must be one of 1/" + Plan.PARTS + " to "
                + Plan.PARTS + "/" + Plan.PARTS + "; " + USAGE);
    }

    private static double minutes(String text) {
        try {
            double minutes = Double.parseDouble(text);
            if (minutes > 0 && minutes <= 24 * 60) {
                return minutes;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "ACQ-3034 --minutes '" + text + "': must be a number above 0, and no more than a day; " + USAGE);
    }
}
