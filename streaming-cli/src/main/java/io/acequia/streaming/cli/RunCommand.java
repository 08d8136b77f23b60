/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
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

/** Runs a program in this JVM, with its settings as system properties; or, supervised, in JVMs that it starts. */
@Command(
        name = "run",
        description = "Runs a program: an example by its name, or any class with a main method.",
        footer = {
            "",
            "Examples:",
            "  acequia run NetworkWordCount --demo",
            "  acequia run NetworkWordCount localhost 9999",
            "  acequia run WindowedHashtags --demo",
            "  acequia run RecoverableNetworkWordCount --demo checkpoints out",
            "  acequia run --jar app.jar com.example.Orders -- --verbose",
            "  acequia run --supervise --jar app.jar com.example.Orders",
            "",
            "A signal to end (SIGTERM, Ctrl-C) stops the stream: what was received is processed first, within the setting"
                    + " streaming.stop.timeout.",
            "",
            "Exit codes:",
            "  0         the program has ended",
            "  1         it failed",
            "  2         the command was not understood",
            "  3         data that it should take up is damaged or does not fit",
            "  4         stopped by a signal, and something was left undone",
            "  143, 130  stopped by SIGTERM or Ctrl-C, and nothing was left undone"
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

    @Option(
            names = "--supervise",
            description =
                    "Run the program in a JVM of its own, and start that again when it fails or is killed. Never after"
                            + " exit code 0, 2 or 3, where to start again cannot help, nor after a signal to end: that is passed on,"
                            + " and the exit code of the program is the one of this command.")
    private boolean supervise;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            description =
                    "With --supervise: give up after N restarts (default: 10); a run of more than 10 minutes begins the"
                            + " count anew.")
    private @Nullable Integer restarts;

    @Option(
            names = "--back-off",
            paramLabel = "FIRST..MOST",
            description =
                    "With --supervise: how long to wait before a restart, each time twice as long (default: 1s..1m).")
    private @Nullable String backOff;

    @Parameters(
            paramLabel = "MAIN [ARG]",
            description = "The program and its arguments; put '--' before arguments that begin with '-'.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> all = checkedSettings();
        RestartPolicy policy = policy();
        if (policy != null) {
            ChildJvm child = new ChildJvm(commandLine(all));
            return new Supervisor(
                            StreamClock.system(),
                            child,
                            policy,
                            spec.commandLine().getErr())
                    .run();
        }
        all.forEach(System::setProperty);
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
        GracefulEnd end = null;
        try {
            end = GracefulEnd.on(program.name(), spec.commandLine().getErr());
            program.run(arguments);
            return Acequia.OK;
        } catch (Throwable failure) {
            FailureReport.print(
                    program.name(), failure, stacktrace, spec.commandLine().getErr());
            return FailureReport.exitCode(failure);
        } finally {
            if (end != null) {
                end.cancel();
            }
        }
    }

    private @Nullable RestartPolicy policy() {
        if (!supervise) {
            if (restarts != null || backOff != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "ACQ-2230 --restarts and --back-off say how --supervise restarts: add it, or leave them out");
            }
            return null;
        }
        try {
            return RestartPolicy.of(restarts, backOff);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    /** This command without the supervision, for a JVM of its own. */
    private List<String> commandLine(Map<String, String> all) {
        List<String> line = new ArrayList<>();
        line.add("run");
        all.forEach((key, value) -> line.add("-D" + key + "=" + value));
        if (demo) {
            line.add("--demo");
        }
        if (jar != null) {
            line.add("--jar");
            line.add(jar.toString());
        }
        if (stacktrace) {
            line.add("--stacktrace");
        }
        line.add("--");
        line.addAll(words);
        return line;
    }

    private Map<String, String> checkedSettings() {
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
        checkSettings(all, spec);
        return all;
    }

    /** A mistake in a setting is one of the command, so it is told before the program starts. */
    static void checkSettings(Map<String, String> settings, CommandSpec spec) {
        settings.forEach((key, value) -> {
            if (key.startsWith("streaming.") && !key.equals(SETTINGS_FILE)) {
                try {
                    StreamingConf.withoutDefaults().set(key, value);
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
                }
            }
        });
    }

    private ParameterException usage(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
}
