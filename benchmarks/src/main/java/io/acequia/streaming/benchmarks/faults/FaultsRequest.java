/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rig name of the rig
 * @param n how often; what is counted depends on the rig
 * @param seed of all chance
 * @param time how long, for the rig that runs for a time
 * @param only the one fault that is asked for, of a rig of many; blank for all
 */
record FaultsRequest(String rig, int n, long seed, Duration time, String only) {
    static final String USAGE =
            """
            usage: bin/faults RIG [--n N] [--seed S] [--minutes M] [--only FAULT]
              disk          torn writes, flipped bits, misplaced segments, failing, full and slow devices
                            (--n: devices that fail; a tenth of them are full, and slow)
              receiver      split input, poison, events across blocks, restarts, floods (--n: restarts)
              receiver-kill processes killed between receive, store and acknowledgement (--n: kills)
              hostile       damaged checkpoints and directories, strange names, bytes made to do harm, contexts without end
                            (--n: mutants of bytes; a tenth of it contexts)
              fixture       writes the checkpoint directory that later versions must restore, and says where
              kill          processes with exactly-once programs: all of the following (--n: kills at any time)
                kill-random   killed at any time, from outside and at places in the code (--n: kills)
                kill-places   halted at every failpoint, at its first and second passage
                kill-nested   killed, and killed again while they recover (--n: chains)
                stop          SIGTERM under load, receivers that ignore it, pauses (--n: stops)
                break         memory that runs out, second drivers, directories that go away, outputs that fail
                              (--n: outputs; a tenth of it for memory and directories, a quarter for drivers)
              controls      seeded mistakes, each of which the rigs must notice
                kill-controls those of processes alone
              sim           whole programs in a simulated world: crashes, devices, clocks, corruption, failing outputs
                            (--seeds: seeds of each fault, a tenth of them of the long ones; --only F11: that one alone)
              repeat        the receiver tests on the manual clock, on all processors under load (--minutes)
            The last line is RIG: n=… lost=… duplicated=… wrong=… seed=…, with what applies.
            Exit code 0: survived; 1: not survived; 2: the request cannot be served.""";

    private static final long SEED = 20_261_101;
    private static final double MINUTES = 15;

    /** Parses a command line; empty when it asks for help. */
    static Optional<FaultsRequest> of(List<String> arguments) {
        String rig = "";
        int n = 0;
        long seed = SEED;
        double minutes = MINUTES;
        String only = "";
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
                default -> {
                    if (!rig.isEmpty() || argument.startsWith("-")) {
                        throw new IllegalArgumentException(
                                "ACQ-3031 '" + argument + "' is no option of the fault rigs; " + USAGE);
                    }
                    rig = argument;
                }
            }
            i += argument.startsWith("--") ? 1 : 0;
        }
        if (rig.isEmpty()) {
            throw new IllegalArgumentException("ACQ-3032 no rig is named; " + USAGE);
        }
        return Optional.of(new FaultsRequest(rig, n, seed, Duration.ofMillis(Math.round(minutes * 60_000)), only));
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
