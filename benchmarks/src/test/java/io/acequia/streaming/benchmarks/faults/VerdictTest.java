/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VerdictTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    private final Verdict verdict = new Verdict("disk", 7, printed, printed);

    @Test
    void theLastLineAddsUp() {
        verdict.add(new Figures("F1 one").count("n", 3).must("lost", 0, 0).show("places", "5/5"));
        verdict.add(new Figures("F2 two").count("n", 4).must("wrong", 0, 0));

        assertThat(verdict.tell()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines(
                        """
                        F1 one: n=3 lost=0 places=5/5 seed=7
                        F2 two: n=4 wrong=0 seed=7
                        disk: n=7 lost=0 wrong=0 seed=7
                        """);
    }

    @Test
    void oneFaultThatWasNotSurvivedIsEnough() {
        verdict.add(new Figures("F1 one").count("n", 3).must("lost", 1, 0));
        verdict.add(new Figures("F2 two").count("n", 4).must("lost", 0, 0));

        assertThat(verdict.tell()).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("F1 one: n=3 lost=1 seed=7 NOT SURVIVED", "disk: n=7 lost=1 seed=7");
    }
}
