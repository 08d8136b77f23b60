/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcequiaTest {
    @Test
    void helpNamesTheCommandsAndTheExitCodes() {
        CommandRunner help = acequia("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out().replaceAll("\\s+", " "))
                .contains("run", "checkpoint", "wal", "deadletter", "config", "doctor")
                .contains("Exit codes: 0 ok 1 the job failed", "3 data is damaged", "4 the job was told to stop");
    }

    @Test
    void noCommandAtAllShowsTheHelp() {
        assertThat(acequia()).isEqualTo(acequia("--help"));
    }

    @Test
    void versionNamesTheProjectAndTheJava() {
        CommandRunner version = acequia("--version");

        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("Acequia ").contains(System.getProperty("java.version"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rnu", "--nonsense", "config nonsense", "config explain", "run --batches many X"})
    void whatIsNotUnderstoodExitsWithTwoAndPointsToTheHelp(String line) {
        CommandRunner refused = acequia(line.split(" "));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).startsWith("acequia: ").contains("--help'.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "checkpoint",
                "checkpoint ls",
                "checkpoint inspect",
                "checkpoint verify",
                "checkpoint diff",
                "checkpoint copy",
                "wal",
                "wal ls",
                "wal verify",
                "wal cat",
                "deadletter",
                "deadletter replay",
                "config",
                "doctor"
            })
    void everyCommandHasItsOwnHelp(String command) {
        CommandRunner help = acequia((command + " --help").split(" "));

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: acequia " + command);
    }
}
