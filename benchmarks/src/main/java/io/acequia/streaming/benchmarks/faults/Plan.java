/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.util.List;

/**
 * Which rigs run, and how often: what each commit must survive in five minutes, and the full numbers in eight parts of at most
 * twenty minutes. The shares were measured; what takes longer is made smaller here, never left out.
 */
final class Plan {
    /** Parts of the full run. */
    static final int PARTS = 8;

    /** Every rig. */
    static final List<Portion> CI = List.of(
            Portion.of("disk", 50, 8),
            Portion.of("receiver", 50, 24),
            Portion.of("receiver-kill", 10, 11),
            Portion.of("kill-random", 30, 33),
            Portion.of("kill-places", 1, 62),
            Portion.of("kill-nested", 2, 12),
            Portion.of("stop", 2, 16),
            Portion.of("break", 2, 19),
            Portion.of("hostile", 300, 13),
            Portion.of("sim", 406, 66),
            Portion.of("controls", 1, 34));

    private static final List<List<Portion>> FULL = List.of(
            List.of(
                    Portion.of("kill-random", 500, 600),
                    Portion.of("receiver-kill", 200, 240),
                    Portion.of("disk", 1000, 150)),
            List.of(Portion.of("kill-nested", 100, 500), Portion.of("break", 200, 600)),
            List.of(Portion.of("kill-places", ExactRig.PASSAGES, 260), Portion.of("stop", 200, 850)),
            List.of(Portion.ofSim("F11", 21_000, 0, 1050)),
            List.of(Portion.ofSim("F11", 21_000, 21_000, 1050)),
            List.of(
                    Portion.ofSim("F15", 10_000, 0, 500),
                    Portion.ofSim("F18", 1000, 0, 50),
                    Portion.ofSim("F21", 10_000, 0, 500)),
            List.of(
                    Portion.ofSim("F19", 100, 0, 10),
                    Portion.ofSim("F20", 100, 0, 10),
                    Portion.ofSim("F25", 10_000, 0, 500),
                    Portion.ofSim("F28", 10_000, 0, 500)),
            List.of(
                    Portion.ofSim("F26", 10, 0, 30),
                    Portion.ofSim("F27", 1000, 0, 100),
                    Portion.ofSim("F29", 10_000, 0, 500),
                    Portion.ofSim("F39", 1000, 0, 50),
                    Portion.of("receiver", 1000, 60),
                    Portion.of("hostile", 100_000, 300),
                    Portion.of("controls", 1, 60)));

    private Plan() {}

    /** @param number from 1 */
    static List<Portion> part(int number) {
        if (number < 1 || number > PARTS) {
            throw new IllegalArgumentException(
                    "ACQ-3145 the full run takes longer than an hour: name one of its parts by --part 1/" + PARTS
                            + " to " + PARTS + "/" + PARTS);
        }
        return FULL.get(number - 1);
    }
}
