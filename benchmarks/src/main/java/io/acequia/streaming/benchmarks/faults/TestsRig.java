/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * Tests as a rig: those of receivers on a manual clock, in two processes, again and again, while a third one burns processor time;
 * those of faults that need no process to be killed, once; and those of outages, kills and restarts of a connector, with larger
 * numbers than a build takes.
 */
final class TestsRig {
    private static final int PROCESSES = 2;
    private static final String CLASS_PATH = "acequia.faults.tests";
    /** Those on a manual clock: of the loop, of what pushes into it, and of whole contexts. */
    private static final String TESTS =
            ".*\\.(ReceiverSupervisor|LoggedReceiver|PushedRecords|PushReceiver|Handoff|RateLimit|LocalReceiver|ReceiverHarness)Test";

    /** Begins a line that a test reports. */
    static final String REPORT = "report ";
    /** So many kills of a process, and restarts of a client, for each outage. */
    private static final int MORE = 5;

    private static final int EXECUTORS_A_WORKER = 7;

    private TestsRig() {}

    private record Passes(long passes, long tests, long failed, long broken) {
        Passes plus(Passes other) {
            return new Passes(passes + other.passes, tests + other.tests, failed + other.failed, broken + other.broken);
        }
    }

    static void repeated(Duration time, Verdict verdict) throws Exception {
        classPath();
        verdict.progress("repeating tests for " + time.toSeconds() + " s");
        Passes sum = new Passes(0, 0, 0, 0);
        List<ChildJvm> children = new ArrayList<>();
        try {
            children.add(ChildJvm.of(BusyProgram.class, List.of(), List.of()));
            List<CompletableFuture<Passes>> running = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                ChildJvm child = start(TESTS, time);
                children.add(child);
                running.add(CompletableFuture.supplyAsync(() -> passes(child, verdict)));
            }
            for (CompletableFuture<Passes> each : running) {
                sum = sum.plus(each.get());
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
        verdict.add(new Figures("receiver tests repeated under load")
                .within("n", sum.passes(), PROCESSES, Long.MAX_VALUE)
                .show("processes", PROCESSES)
                .within("tests", sum.tests(), 1, Long.MAX_VALUE)
                .must("failed", sum.failed(), 0)
                .must("processes_failed", sum.broken(), 0)
                .show("bound_of_a_pass", String.format(Locale.ROOT, "%.4f", 3.0 / Math.max(1, sum.passes()))));
    }

    /** F9, F41 and F42, which are tests of every build, once. */
    static void once(Verdict verdict) throws Exception {
        verdict.add(once("F9 things that user code throws", ".*\\.LocalThrownTest", verdict));
        verdict.add(once("F41 directories of each format, and of the next", ".*\\.HostileRigTest", verdict));
        verdict.add(once("F42 edits of a program between runs", ".*\\.LocalUpgradeTest", verdict));
    }

    private static Figures once(String fault, String tests, Verdict verdict) throws Exception {
        try (ChildJvm child = start(tests, Duration.ZERO)) {
            Passes passes = passes(child, verdict);
            return new Figures(fault)
                    .within("n", passes.tests(), 1, Long.MAX_VALUE)
                    .must("failed", passes.failed() + passes.broken(), 0);
        }
    }

    /**
     * F30, F31 and F36 of a connector, against its real server where there is one: so many outages of each kind, and five times as many
     * kills and restarts. A client of Kinesis takes seconds to begin and to end, so there are as many kills
     * as outages, and half as many restarts.
     */
    static void connector(String name, int n, Verdict verdict) throws Exception {
        boolean slow = name.equals("kinesis");
        int kills = slow ? n : MORE * n;
        int restarts = slow ? Math.max(1, n / 2) : MORE * n;
        List<String> options = List.of(
                "-Xmx1g",
                "-Dacequia.outages=" + n,
                "-Dacequia.outages.defaults=true",
                "-Dacequia.kills=" + kills,
                "-Dacequia.kills.seed=" + verdict.seed(),
                "-Dacequia.restarts=" + restarts);
        String tests = "io\\.acequia\\.streaming\\." + name + "\\..*(Outages|Kills|(?<!Sink)Conformance)Test";
        verdict.progress(
                n + " outages of each kind, " + kills + " kills, " + restarts + " restarts; this takes a while");
        try (ChildJvm child = start(tests, Duration.ZERO, options)) {
            Passes passes = passes(child, verdict);
            verdict.add(new Figures("tests of the faults of " + name)
                    .within("tests", passes.tests(), 1, Long.MAX_VALUE)
                    .must("failed", passes.failed() + passes.broken(), 0));
        }
    }

    /**
     * F30 on a cluster of Spark of processes: so many kills of the executor that receives, half as many of the driver, and for each seven
     * one of a worker, and one executor that stands still until it has a successor.
     */
    static void spark(int n, Verdict verdict) throws Exception {
        int drivers = Math.max(1, n / 2);
        int workers = (n + EXECUTORS_A_WORKER - 1) / EXECUTORS_A_WORKER;
        List<String> options = List.of(
                "-Xmx512m",
                "-Dacequia.spark.classpath=" + classPath(),
                "-Dacequia.spark.executors=" + n,
                "-Dacequia.spark.drivers=" + drivers,
                "-Dacequia.spark.workers=" + workers,
                "-Dacequia.spark.zombies=" + workers);
        verdict.progress(n + " kills of executors, " + drivers + " of drivers, " + workers
                + " of workers, and as many executors that stand still");
        try (ChildJvm child = start("io\\.acequia\\.streaming\\.spark\\.SparkClusterTest", Duration.ZERO, options)) {
            Passes passes = passes(child, verdict);
            verdict.add(new Figures("test of the faults of spark")
                    .within("tests", passes.tests(), 1, Long.MAX_VALUE)
                    .must("failed", passes.failed() + passes.broken(), 0));
        }
    }

    /** What a test has reported: its class, the fault, and figures of the form {@code key=value}. */
    private static Figures reported(String line) {
        String[] parts = line.split("\\|", 3);
        Figures figures = new Figures(parts[1] + ", " + parts[0]);
        for (String figure : parts[2].split(" ", -1)) {
            String[] pair = figure.split("=", 2);
            figures.count(pair[0], Long.parseLong(pair[1]));
        }
        return figures;
    }

    private static String classPath() {
        String classPath = System.getProperty(CLASS_PATH);
        if (classPath == null) {
            throw new IllegalArgumentException(
                    "ACQ-3038 -D" + CLASS_PATH + " must hold the class path of the tests: start this by bin/faults");
        }
        return classPath;
    }

    private static ChildJvm start(String tests, Duration time) throws IOException {
        return start(tests, time, List.of("-Xmx512m"));
    }

    private static ChildJvm start(String tests, Duration time, List<String> options) throws IOException {
        return new ChildJvm(
                TestsProgram.class,
                classPath() + File.pathSeparator + System.getProperty("java.class.path"),
                options,
                List.of(tests, String.valueOf(time.toMillis())),
                Redirect.DISCARD);
    }

    private static Passes passes(ChildJvm child, Verdict verdict) {
        List<Passes> passes = new ArrayList<>();
        List<String> said = new ArrayList<>();
        try {
            child.eachLine(line -> {
                String[] parts = line.split(" ", -1);
                if (line.matches("[0-9]+ [0-9]+")) {
                    passes.add(new Passes(1, Long.parseLong(parts[0]), Long.parseLong(parts[1]), 0));
                } else if (line.startsWith(REPORT)) {
                    verdict.add(reported(line.substring(REPORT.length())));
                } else {
                    said.add(line);
                }
            });
            Passes sum = passes.stream().reduce(new Passes(0, 0, 0, 0), Passes::plus);
            if (sum.failed > 0) {
                said.forEach(verdict::progress);
            }
            return sum.plus(new Passes(0, 0, 0, child.exitCode() == 0 ? 0 : 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Passes(0, 0, 0, 1);
        }
    }
}
