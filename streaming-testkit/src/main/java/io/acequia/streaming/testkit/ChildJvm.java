/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process of its own, which ends when its standard input does: so it never outlives the rig. */
public final class ChildJvm implements AutoCloseable {
    private static final int INCOMPLETE = 3;

    private final Process process;

    /**
     * Starts it.
     *
     * @param options of the JVM
     * @param errors where its error output goes
     */
    public ChildJvm(Class<?> main, String classPath, List<String> options, List<String> arguments, Redirect errors)
            throws IOException {
        this(main.getName(), classPath, options, arguments, Map.of(), errors);
    }

    /** The same by the name of the class, with variables in its environment besides those of this process. */
    public ChildJvm(
            String main,
            String classPath,
            List<String> options,
            List<String> arguments,
            Map<String, String> variables,
            Redirect errors)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel="
                + System.getProperty("org.slf4j.simpleLogger.defaultLogLevel", "off"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors);
        builder.environment().putAll(variables);
        process = builder.start();
    }

    /** Starts it on the class path of this process; its error output goes where that of this process goes. */
    public static ChildJvm of(Class<?> main, List<String> options, List<String> arguments) throws IOException {
        return new ChildJvm(main, System.getProperty("java.class.path"), options, arguments, Redirect.INHERIT);
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end, at most so long; whether it has ended. */
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for its end; 137 after a kill. */
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end by SIGTERM, and leaves its input open, which {@code Process.destroy} does not. */
    public void terminate() throws IOException, InterruptedException {
        signal("TERM");
    }

    /** Sends a signal by its name, such as STOP. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Asks it to end, by the end of its input. */
    public void end() throws IOException {
        process.getOutputStream().close();
    }

    /** The lines of its output, until it closes that. */
    public List<String> output() throws IOException {
        List<String> lines = new ArrayList<>();
        eachLine(lines::add);
        return lines;
    }

    /** Hands on each line of its output as it comes, until it closes that. */
    public void eachLine(Consumer<String> reader) throws IOException {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                reader.accept(line);
            }
        }
    }

    /** In a child: waits until the parent closes the input, or is gone. */
    public static void awaitParent() throws IOException {
        while (System.in.read() >= 0) {
            // nothing is said there
        }
    }

    /** In a child: ends it when the parent closes the input, or is gone. */
    public static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        awaitParent();
                    } catch (IOException e) {
                        // as if it were gone
                    }
                    Runtime.getRuntime().halt(1);
                },
                "parent");
        watch.setDaemon(true);
        watch.start();
    }

    /** In a child: stops its context gracefully when the parent closes the input, or is gone; which must be complete. */
    public static void stopWithParent(StreamingContext context, Duration grace) {
        Thread watch = new Thread(
                () -> {
                    try {
                        awaitParent();
                        if (!context.stop(grace).complete()) {
                            Runtime.getRuntime().halt(INCOMPLETE);
                        }
                    } catch (IOException | RuntimeException e) {
                        Runtime.getRuntime().halt(1);
                    }
                },
                "parent");
        watch.setDaemon(true);
        watch.start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
