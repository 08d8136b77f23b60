/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.time.Duration;

/**
 * What a plan asks of one rig.
 *
 * @param rig name of the rig
 * @param only the one fault of a rig of many; blank for all
 * @param n how often; what is counted depends on the rig
 * @param ahead what is added to the seed, so that seeds are not tried twice where a fault is spread
 * @param share of the time, as it was measured on two idle processors
 */
record Portion(String rig, String only, int n, long ahead, Duration share) {
    static Portion of(String rig, int n, int seconds) {
        return new Portion(rig, "", n, 0, Duration.ofSeconds(seconds));
    }

    static Portion ofSim(String only, int n, long ahead, int seconds) {
        return new Portion("sim", only, n, ahead, Duration.ofSeconds(seconds));
    }

    FaultsRequest request(long seed) {
        return FaultsRequest.of(rig, n, seed + ahead, only);
    }

    String name() {
        return only.isBlank() ? rig : rig + " " + only;
    }

    /** The command line that does the same again. */
    String command(long seed) {
        return "bin/faults " + rig + (only.isBlank() ? "" : " --only " + only) + (n > 0 ? " --n " + n : "") + " --seed "
                + (seed + ahead);
    }
}
