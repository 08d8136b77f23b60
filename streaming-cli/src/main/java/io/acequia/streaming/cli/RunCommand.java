/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingConf;
import java.io.IOException;
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

/** Runs a program in this JVM, with its settings as system properties. */
@Command(
        name = "run",
        description = "Runs a program: an example by its name, or any class with a main method.",
        footer = {
            "",
            "Examples:",
            "  acequia run NetworkWordCount --demo",
            "  acequia run NetworkWordCount localhost 9999",
            "  acequia run WindowedHashtags --demo",
            "  acequia run --jar app.jar com.example.Orders -- --verbose"
        })
final class RunCommand implements Callable<Integer> {
    private static final String SETTINGS_FILE = "streaming.conf";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--demo",
            description =
                    "Start a small text server on this machine and pass '127.0.0.1 PORT' to the program; it sends the"
                            + " lines of a resource NAME.demo beside the class, if there is one.")
    private boolean demo;

    @Option(names = "--batches", paramLabel = "N", description = "Stop after N batches.")
    private @Nullable Long batches;

    @Option(names = "--master", paramLabel = "URL", description = "Where batches run: local[n] or local[*].")
    private @Nullable String master;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A setting (see 'acequia config list').")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--jar",
            paramLabel = "JAR",
            description = "A jar to add; without MAIN its Main-Class runs, with no arguments.")
    private @Nullable Path jar;

    @Option(names = "--stacktrace", description = "Print the whole stack when the program fails.")
    private boolean stacktrace;

    @Parameters(
            paramLabel = "MAIN [ARG]",
            description = "The program and its arguments; put '--' before arguments that begin with '-'.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        applySettings();
        try (Program program = load();
                DemoTextServer server = demo ? DemoTextServer.start(program.demoLines()) : null) {
            return run(program, arguments(server));
        }
    }

    private Program load() throws IOException {
        try {
            return Program.load(words.isEmpty() ? null : words.get(0), jar);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private String[] arguments(@Nullable DemoTextServer server) {
        List<String> arguments = new ArrayList<>();
        if (server != null) {
            arguments.add(server.host());
            arguments.add(Integer.toString(server.port()));
        }
        arguments.addAll(words.subList(Math.min(1, words.size()), words.size()));
        return arguments.toArray(String[]::new);
    }

    private int run(Program program, String[] arguments) {
        try {
            program.run(arguments);
            return Acequia.OK;
        } catch (Throwable failure) {
            FailureReport.print(
                    program.name(), failure, stacktrace, spec.commandLine().getErr());
            return Acequia.JOB_FAILED;
        }
    }

    private void applySettings() {
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (batches != null) {
            if (batches < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "ACQ-2201 --batches " + batches + ": must be at least 1; leave it out to run for ever");
            }
            all.put(StreamingConf.STOP_AFTER_BATCHES.name(), batches.toString());
        }
        if (master != null) {
            all.put(StreamingConf.MASTER.name(), master);
        }
        all.forEach(this::checkSetting);
        all.forEach(System::setProperty);
    }

    /** A mistake in a setting is one of the command, so it is told before the program starts. */
    private void checkSetting(String key, String value) {
        if (!key.startsWith("streaming.") || key.equals(SETTINGS_FILE)) {
            return;
        }
        try {
            StreamingConf.withoutDefaults().set(key, value);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private ParameterException usage(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
}
