/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the graph of a program, which is run up to its start and no further. */
@Command(
        name = "describe",
        description = {
            "Shows the sources, operations and outputs of a program, and what leads to what, as text, JSON, Mermaid or DOT.",
            "The program runs up to StreamingContext.start(), which then ends it, on whichever thread: no source is read and no"
                    + " checkpoint directory is touched. What the program does before that it does; what it prints goes to the"
                    + " error output. Of several contexts the one that is started first is shown."
        },
        footer = {
            "",
            "Examples:",
            "  acequia describe NetworkWordCount localhost 9999",
            "  acequia describe --format mermaid NetworkWordCount localhost 9999",
            "  acequia describe --format json --jar app.jar com.example.Orders -- --verbose",
            "  acequia describe --format dot NetworkWordCount localhost 9999 | dot -Tsvg -o graph.svg",
            "",
            "Exit codes: 0 ok, 1 the program failed or started no stream, 2 the command was not understood."
        })
final class DescribeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "One of text, json, mermaid, dot (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private GraphFormat format;

    @Option(
            names = "--jar",
            paramLabel = "JAR",
            description = "A jar to add; without MAIN its Main-Class runs, with no arguments.")
    private @Nullable Path jar;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A setting (see 'acequia config list').")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Parameters(
            paramLabel = "MAIN [ARG]",
            description = "The program and its arguments; put '--' before arguments that begin with '-'.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        RunCommand.checkSettings(settings, spec);
        settings.forEach(System::setProperty);
        Program program = load();
        UntilStart.Outcome outcome = UntilStart.run(
                program,
                words.stream().skip(1).toArray(String[]::new),
                graph -> format.of(graph.view(), graph.describe()));
        if (outcome.graph().isPresent()) {
            // Its threads live on, with the classes of the program.
            spec.commandLine().getOut().print(outcome.graph().get());
            spec.commandLine().getOut().flush();
            return Acequia.OK;
        }
        program.close();
        return failed(program, outcome);
    }

    private Program load() throws IOException {
        try {
            return Program.load(words.isEmpty() ? null : words.get(0), jar);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private int failed(Program program, UntilStart.Outcome outcome) {
        PrintWriter err = spec.commandLine().getErr();
        if (outcome.failure().isPresent()) {
            Throwable failure = outcome.failure().get();
            FailureReport.print(program.name(), failure, err);
            return FailureReport.exitCode(failure);
        }
        err.println("acequia: ACQ-2289 " + program.name()
                + " has ended and started no streaming context: there is no graph to show");
        return Acequia.JOB_FAILED;
    }
}
