/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This command line in a JVM like this one: same java, options and class path; it shares the streams of this process. */
final class ChildJvm implements Supervisor.Starter {
    private final List<String> arguments;

    ChildJvm(List<String> arguments) {
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public Supervisor.Child start() throws IOException {
        Process process = new ProcessBuilder(command()).inheritIO().start();
        return new Supervisor.Child() {
            @Override
            public int await() throws InterruptedException {
                return process.waitFor();
            }

            @Override
            public void end() {
                process.destroy();
            }
        };
    }

    List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Acequia.class.getName());
        command.addAll(arguments);
        return command;
    }
}
