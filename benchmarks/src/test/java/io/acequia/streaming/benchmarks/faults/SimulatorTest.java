/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.benchmarks.faults.SimCrashes.End;
import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole programs in simulated worlds, in small: each seed equals the model. */
@Timeout(180)
class SimulatorTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... arguments) {
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Faults.run(List.of(arguments), printed, printed);
    }

    private static SimOutcome sum(SimRig.Trial trial, int seeds) throws Exception {
        SimOutcome sum = SimOutcome.NOTHING;
        for (long seed = 1; seed <= seeds; seed++) {
            sum = sum.plus(trial.run(seed));
        }
        assertThat(sum.lost()).as("%s", sum).isZero();
        assertThat(sum.duplicated()).as("%s", sum).isZero();
        assertThat(sum.wrong()).isEmpty();
        return sum;
    }

    @Test
    void programsInPeaceEqualTheModel() throws Exception {
        assertThat(sum(SimCrashes::peace, 40).counts().get("batches")).isGreaterThan(200);
    }

    @Test
    void programsThatAreStoppedAndStartedEqualTheModel() throws Exception {
        SimOutcome outcome = sum(new SimCrashes(Flavour.ANY, List.of(End.STOP, End.HARD_STOP), Mistakes.NONE)::run, 30);

        assertThat(outcome.counts().get("crashes")).isGreaterThan(30);
    }

    @Test
    void theSameSeedDrawsTheSameProgram() {
        try (SimPlay one = new SimPlay(7, Flavour.ANY, Mistakes.NONE);
                SimPlay again = new SimPlay(7, Flavour.ANY, Mistakes.NONE);
                SimPlay other = new SimPlay(8, Flavour.ANY, Mistakes.NONE)) {
            assertThat(one.program()).isEqualTo(again.program()).isNotEqualTo(other.program());
        }
    }

    @Test
    void clocksThatJumpSkipNoBatch() throws Exception {
        assertThat(sum(SimTimes::jumps, 20).counts().get("jumps")).isPositive();
    }

    @Test
    void anHourDownIsMadeUpForAsThePolicySays() throws Exception {
        assertThat(sum(SimTimes::down, 12).counts().get("replay")).isGreaterThan(100);
    }

    @Test
    void damageAtRestIsRefusedOrHasNoEffect() throws Exception {
        SimOutcome outcome = sum(new SimDamage(Mistakes.NONE)::run, 40);

        assertThat(outcome.counts().keySet()).containsExactlyInAnyOrder("refused", "equal");
    }

    @Test
    void anOutputThatFailedIsAskedAgainAlone() throws Exception {
        assertThat(sum(SimOutputs::run, 15).counts().get("failures")).isPositive();
    }

    @Test
    void aFaultCanBeAskedForAlone() {
        assertThat(run("sim", "--only", "F39", "--seeds", "3", "--seed", "1")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("F39 one output fails: n=3", "sim: n=3 lost=0");
        assertThat(run("sim", "--only", "F0")).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("ACQ-3082 ");
    }

    @Test
    void whatOnlyAWorldCanGiveIsRefusedToOthers() {
        assertThatThrownBy(() -> new SimDisks().open("sim:none")).hasMessageStartingWith("ACQ-3080 ");
        assertThatThrownBy(() -> SimWorld.of(-1)).hasMessageStartingWith("ACQ-3081 ");
    }
}
