/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

class AcequiaTest {
    @Test
    void helpNamesTheCommandsAndTheExitCodes() {
        CommandRunner help = acequia("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out().replaceAll("\\s+", " "))
                .contains(
                        "run",
                        "describe",
                        "checkpoint",
                        "wal",
                        "deadletter",
                        "config",
                        "status",
                        "stop",
                        "shell",
                        "doctor")
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
    @MethodSource("commands")
    void everyCommandHasItsOwnHelpWithExamplesThatAreUnderstood(String name) {
        CommandRunner help = acequia((name + " --help").trim().split(" "));
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith(("Usage: acequia " + name).trim());

        List<String> examples = examplesOf(name);
        assertThat(examples)
                .as("examples in the help of " + name)
                .anyMatch(example -> example.startsWith(("acequia " + name).trim()));
        for (String example : examples) {
            List<String> words = List.of(example.split(" "));
            ParseResult parsed = Acequia.commandLine()
                    .parseArgs(words.subList(1, words.size()).toArray(String[]::new));
            assertThat(parsed.asCommandLineList()
                            .get(parsed.asCommandLineList().size() - 1)
                            .getSubcommands())
                    .as("a whole command: " + example)
                    .isEmpty();
        }
    }

    /** The lines of the help of a command that call it, without what a shell does with them. */
    private static List<String> examplesOf(String name) {
        CommandLine command = Acequia.commandLine();
        for (String word : name.isEmpty() ? new String[0] : name.split(" ")) {
            command = command.getSubcommands().get(word);
        }
        return Stream.of(command.getCommandSpec().usageMessage().footer())
                .filter(line -> line.contains("  acequia "))
                .map(line -> line.substring(line.indexOf("acequia ")).replaceFirst(" [|&].*", ""))
                .toList();
    }

    static List<String> commands() {
        List<String> names = new ArrayList<>();
        collect(Acequia.commandLine(), "", names);
        return names;
    }

    private static void collect(CommandLine command, String name, List<String> names) {
        names.add(name);
        command.getSubcommands().forEach((sub, line) -> collect(line, (name + " " + sub).trim(), names));
    }

    @Test
    void allCommandsAreAmongThem() {
        assertThat(commands())
                .contains(
                        "run",
                        "describe",
                        "config list",
                        "config explain",
                        "config check",
                        "checkpoint verify",
                        "wal cat",
                        "doctor",
                        "status",
                        "stop",
                        "deadletter replay",
                        "shell");
    }
}
