/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultsRequestTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Faults.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static FaultsRequest parse(String... arguments) {
        return FaultsRequest.of(List.of(arguments)).orElseThrow();
    }

    @Test
    void eachOptionHasItsValue() {
        FaultsRequest request = parse("disk", "--n", "7", "--seed", "42", "--minutes", "0.5");

        assertThat(request).isEqualTo(new FaultsRequest("disk", 7, 42, Duration.ofSeconds(30), "", 0, false));
        assertThat(request.n(100)).isEqualTo(7);
        assertThat(parse("--seed", "42", "disk").n(100)).isEqualTo(100);
        assertThat(parse("sim", "--seeds", "9", "--only", "F11").n(1)).isEqualTo(9);
        assertThat(parse("sim", "--only", "F11").only()).isEqualTo("F11");
        assertThat(parse("full", "--part", "3/8", "--dirty", "--seed", "9"))
                .isEqualTo(new FaultsRequest("full", 0, 9, Duration.ofMinutes(15), "", 3, true));
        assertThat(parse("disk").seed()).isEqualTo(parse("disk").seed());
    }

    @Test
    void whatIsNoOptionIsRefused() {
        assertThatThrownBy(() -> parse("disk", "--loud")).hasMessageStartingWith("ACQ-3031 '--loud'");
        assertThatThrownBy(() -> parse("disk", "receiver")).hasMessageStartingWith("ACQ-3031 'receiver'");
        assertThatThrownBy(() -> parse("--n", "3")).hasMessageStartingWith("ACQ-3032 ");
        assertThatThrownBy(() -> parse("disk", "--n", "0")).hasMessageStartingWith("ACQ-3033 --n '0'");
        assertThatThrownBy(() -> parse("disk", "--n")).hasMessageStartingWith("ACQ-3033 --n ''");
        assertThatThrownBy(() -> parse("disk", "--seed", "x")).hasMessageStartingWith("ACQ-3033 --seed 'x'");
        assertThatThrownBy(() -> parse("full", "--part", "9/8")).hasMessageStartingWith("ACQ-3142 --part '9/8'");
        assertThatThrownBy(() -> parse("full", "--part", "2")).hasMessageStartingWith("ACQ-3142 --part '2'");
        assertThatThrownBy(() -> parse("repeat", "--minutes", "-1")).hasMessageStartingWith("ACQ-3034 --minutes '-1'");
    }

    @Test
    void theExitCodeTellsARequestThatCannotBeServed() {
        assertThat(run("tape")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("faults: ACQ-3035 there is no rig 'tape'");
        assertThat(run("disk", "--n", "many")).isEqualTo(2);
    }

    @Test
    void helpNamesEveryRig() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "disk ",
                        "receiver ",
                        "receiver-kill ",
                        "hostile ",
                        "fixture ",
                        "kill ",
                        "stop ",
                        "break ",
                        "controls ",
                        "sim ",
                        "kafka ",
                        "kafka-broker ",
                        "kafka-process ",
                        "kafka-controls ",
                        "ci ",
                        "full ",
                        "repeat ");
    }
}
