/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.nio.file.Path;

/** F14, F23, F24, F43, F44, F47, F50: bytes, names and directories that nobody wrote as they are, and contexts without end. */
final class HostileRig {
    private static final int EARLY = 3;

    private HostileRig() {}

    /** @param mutants of bytes that are decoded; a tenth of it contexts are started and stopped */
    static void run(int mutants, Verdict verdict) throws Exception {
        Path written = Folders.fresh("hostile");
        SmallJob.Outcome first = SmallJob.run(written, 0, EARLY);
        Path early = Folders.copy(written);
        SmallJob.Outcome second = SmallJob.run(written, EARLY, DamagedCheckpoints.BATCHES - EARLY);
        verdict.add(new Figures("undamaged").must("wrong", first.wrong() || second.wrong() ? 1 : 0, 0));
        verdict.add(DamagedCheckpoints.flips(written, verdict.chance(1)));
        verdict.add(DamagedDirectories.run(written, early, verdict));
        verdict.add(DamagedCheckpoints.allBad(written, verdict.chance(2)));
        Folders.delete(early);
        Folders.delete(written);
    }
}
