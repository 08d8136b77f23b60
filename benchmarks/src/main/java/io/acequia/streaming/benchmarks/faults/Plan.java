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
            Portion.of("disk", 50, 10),
            Portion.of("receiver", 100, 15),
            Portion.of("receiver-kill", 10, 15),
            Portion.of("kill-random", 30, 45),
            Portion.of("kill-places", 1, 60),
            Portion.of("kill-nested", 3, 15),
            Portion.of("stop", 5, 15),
            Portion.of("break", 5, 20),
            Portion.of("hostile", 1000, 15),
            Portion.of("sim", 406, 60),
            Portion.of("controls", 1, 30));

    private static final List<List<Portion>> FULL = List.of(
            List.of(Portion.of("kill-random", 500, 900)),
            List.of(Portion.of("kill-places", ExactRig.PASSAGES, 500), Portion.of("kill-nested", 100, 500)),
            List.of(Portion.of("stop", 200, 500), Portion.of("break", 200, 500)),
            List.of(Portion.of("receiver-kill", 1000, 1000)),
            List.of(
                    Portion.of("disk", 1000, 200),
                    Portion.of("receiver", 1000, 200),
                    Portion.of("hostile", 100_000, 400)),
            List.of(Portion.ofSim("F11", 42_000, 0, 1100)),
            List.of(
                    Portion.ofSim("F15", 10_000, 0, 360),
                    Portion.ofSim("F18", 1000, 0, 40),
                    Portion.ofSim("F21", 10_000, 0, 360),
                    Portion.ofSim("F25", 10_000, 0, 360)),
            List.of(
                    Portion.ofSim("F19", 100, 0, 10),
                    Portion.ofSim("F20", 100, 0, 10),
                    Portion.ofSim("F26", 10, 0, 30),
                    Portion.ofSim("F27", 1000, 0, 60),
                    Portion.ofSim("F28", 10_000, 0, 360),
                    Portion.ofSim("F29", 10_000, 0, 360),
                    Portion.ofSim("F39", 1000, 0, 60),
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
