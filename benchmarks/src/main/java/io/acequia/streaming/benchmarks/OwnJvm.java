/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures each stream of a workload in a JVM of its own, as a program that has one stream would run: what the compiler has
 * learnt of the functions of one says nothing about the other.
 */
final class OwnJvm {
    private OwnJvm() {}

    static void each(Request request) throws Exception {
        for (String stream : List.of(Request.STRING, Request.UTF8)) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    Bench.class.getName(),
                    request.workload(),
                    "--vs",
                    request.whom(),
                    "--rounds",
                    String.valueOf(request.rounds()),
                    "--lines",
                    String.valueOf(request.lines()),
                    "--only",
                    stream));
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IllegalStateException("ACQ-3044 the JVM that measured " + stream + " ended with " + code
                        + ": see what it said above");
            }
        }
    }
}
