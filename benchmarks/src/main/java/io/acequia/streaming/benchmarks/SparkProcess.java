/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * A JVM with Spark, on as many cores as the contestants have: its direct stream over the same topic or its batch jobs over the same
 * files, programs of {@code benchmarks/peers/spark}; or what runs on the engine for Spark, and beside it, programs of {@code
 * benchmarks/peers/spark-engine}. Class paths are found out by {@code bin/bench}. A line on standard input says what to do, and a line of
 * standard output what came of it; the JVM ends with its input.
 */
final class SparkProcess implements AutoCloseable {
    static final String CLASS_PATH = "acequia.bench.spark";
    static final String ENGINE_CLASS_PATH = "acequia.bench.spark-engine";
    private static final String STREAM = "io.acequia.peers.spark.SparkDirectStream";
    private static final String RDDS = "io.acequia.peers.spark.SparkRdds";
    private static final String ENGINE_PROGRAMS = "io.acequia.peers.sparkengine.";
    private static final String READY = "ready";

    /** What Spark needs to be open on Java 17; its launcher would say so. */
    private static final List<String> OPEN = List.of(
            "java.base/java.lang",
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.io",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.base/sun.nio.cs",
            "java.base/sun.security.action",
            "java.base/sun.util.calendar");

    /** On one machine, without what is for people to look at. */
    private static final List<String> PROPERTIES =
            List.of("ui.enabled=false", "driver.host=127.0.0.1", "driver.bindAddress=127.0.0.1");

    private final Process process;
    private final PrintWriter in;
    private final BufferedReader out;

    private SparkProcess(Process process) {
        this.process = process;
        in = new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts it; returns when it can read. */
    static SparkProcess start(FilledTopic topic) throws IOException {
        return start(System.getProperty(CLASS_PATH, ""), List.of(topic.bootstrap(), topic.name()));
    }

    /** The one that runs batch jobs. */
    static SparkProcess startRdds() throws IOException {
        return start(System.getProperty(CLASS_PATH, ""), RDDS, List.of());
    }

    /** A program with the engine for Spark on its class path. */
    static SparkProcess startOnEngine(String program, List<String> arguments) throws IOException {
        return start(System.getProperty(ENGINE_CLASS_PATH, ""), ENGINE_PROGRAMS + program, arguments);
    }

    static SparkProcess start(String classPath, List<String> arguments) throws IOException {
        return start(classPath, STREAM, arguments);
    }

    /** Runs a program of the benchmarks that needs nothing but the engine for Spark and the test kit; its output is that of this JVM. */
    static void runOnEngine(Class<?> main, List<String> arguments) throws Exception {
        List<String> command = command(System.getProperty(ENGINE_CLASS_PATH, ""), main.getName());
        Path own =
                Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, command.get(classPath) + File.pathSeparator + own);
        command.addAll(arguments);
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("ACQ-3180 the JVM with Spark that ran " + main.getSimpleName()
                    + " ended with exit code " + code + ": see what it said above");
        }
    }

    private static List<String> command(String classPath, String main) {
        if (classPath.isEmpty()) {
            throw new IllegalArgumentException(
                    "ACQ-3155 the class path of Spark is missing: start the benchmark by bin/bench, which finds it");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        OPEN.forEach(each -> command.add("--add-opens=" + each + "=ALL-UNNAMED"));
        PROPERTIES.forEach(each -> command.add("-Dspark." + each));
        command.addAll(List.of("-cp", classPath, main));
        return command;
    }

    private static SparkProcess start(String classPath, String main, List<String> arguments) throws IOException {
        List<String> command = command(classPath, main);
        command.addAll(arguments);
        command.add(String.valueOf(TwoThreads.COUNT));
        SparkProcess spark = new SparkProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        try {
            spark.answer(READY);
            return spark;
        } catch (IOException | RuntimeException e) {
            spark.close();
            throw e;
        }
    }

    /** The rest of the next line that begins like this; others are what libraries print. */
    private String answer(String beginning) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length()).trim();
            }
        }
        throw new IllegalStateException(
                "ACQ-3156 the process with Spark has ended before it said '" + beginning + "': see what it said above");
    }

    /** Reads what is between these offsets; the time is that of its batches alone, without what plans them. */
    KafkaThroughput.Turn read(Map<TopicPartition, Long> from, Map<TopicPartition, Long> until, boolean withHash)
            throws IOException {
        in.println("read " + text(from) + " " + text(until) + " " + withHash);
        String[] said = answer("done").split(" ", -1);
        Tally tally = new Tally(Long.parseLong(said[0]), Long.parseLong(said[1]), Long.parseLong(said[2]));
        return new KafkaThroughput.Turn(tally, Long.parseLong(said[3]), Long.parseLong(said[4]));
    }

    /** A batch job over the files in a directory. */
    RddRuns.Turn run(RddWork work, Path files) throws IOException {
        return turn(work + " " + files);
    }

    /** What the program does when it is told so. */
    RddRuns.Turn turn(String told) throws IOException {
        in.println(told);
        String[] said = answer("done").split(" ", -1);
        return new RddRuns.Turn(Long.parseLong(said[0]), Long.parseLong(said[1]), Long.parseLong(said[2]));
    }

    /** Offsets by partition, from the first one on. */
    private static String text(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .sorted(Comparator.comparingInt(each -> each.getKey().partition()))
                .map(each -> each.getValue().toString())
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
