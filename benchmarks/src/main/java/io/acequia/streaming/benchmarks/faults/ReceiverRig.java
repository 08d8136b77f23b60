/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

/** The faults of sources: F32, F33, F35, F36, F37. */
final class ReceiverRig {
    private ReceiverRig() {}

    static void run(int restarts, Verdict verdict) throws Exception {
        verdict.add(SplitRig.run(verdict.chance(32)));
        verdict.add(PoisonRig.run(verdict.chance(33)));
        int crashed = Math.max(5, restarts / 10);
        verdict.progress("the power goes between the records of an event, " + crashed + " times");
        verdict.add(PowerRig.figures("F35 events across blocks", PowerRig.Trial.EVENTS, crashed, verdict.seed()));
        verdict.progress("connecting anew " + restarts + " times");
        verdict.add(RestartRig.run(restarts, verdict));
        verdict.progress("flooding a process of 256 MB");
        FloodRig.run(verdict);
    }
}
