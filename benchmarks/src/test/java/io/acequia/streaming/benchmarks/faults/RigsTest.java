/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.benchmarks.faults.PowerRig.Outcome;
import io.acequia.streaming.benchmarks.faults.PowerRig.Trial;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rigs in small, and that each mistake is noticed. */
@Timeout(120)
class RigsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... arguments) {
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Faults.run(List.of(arguments), printed, printed);
    }

    @Test
    void everyMistakeIsCaught() throws Exception {
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        Verdict verdict = new Verdict("controls", 5, printed, printed);

        Controls.run(verdict);

        assertThat(verdict.tell()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("controls: n=10 caught=10 seed=5");
    }

    @Test
    void killedProcessesLoseNothing() {
        assertThat(run("kill-random", "--n", "5", "--seed", "5")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("kill-random: n=[56] lost=0 duplicated=0 wrong=0 seed=5");
    }

    @Test
    void theIdOfAJobOutlivesAKillAndThenALossOfPower() throws Exception {
        SimOutcome outcome = SimCrashes.WINDOWS.run(213_546_093);

        assertThat(outcome.isWhole()).as(outcome.toString()).isTrue();
    }

    @Test
    void powerThatGoesUnderAContextLosesNothing() throws Exception {
        Outcome outcome = PowerRig.run(Trial.PLAIN, 7);

        assertThat(outcome.isWhole()).isTrue();
        assertThat(outcome.acked()).isPositive();
        assertThat(outcome.duplicated()).isZero();
    }

    @Test
    void aForgedRecordHasRightChecksumsAndWrongBytes() throws Exception {
        SimulatedStorage disk = NumberedLog.filled(NumberedLog.JOB, 1200, 10_000);
        String first = NumberedLog.files(disk).get(0);
        assertThat(NumberedLog.read(disk)).isEqualTo(new NumberedLog.Found(1200, false));

        Forgery.forge(disk, first, 9, 2);

        assertThat(DiskRig.refusal(disk)).isNull();
        assertThat(NumberedLog.read(disk)).isEqualTo(new NumberedLog.Found(1200, true));
    }

    @Test
    void whatOnlyARigCanGiveIsRefusedToOthers() {
        assertThatThrownBy(() -> new BatchContext("faults:none", "app")).hasMessageStartingWith("ACQ-3036 ");
        NumberedFeed feed = new NumberedFeed(1, Manners.HONEST);
        Source<Long> source = feed.source();
        feed.close();
        assertThatThrownBy(source::newReceiver).hasMessageStartingWith("ACQ-3037 ");
        assertThat(run("repeat")).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("faults: ACQ-3038 ");
    }
}
