/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What tasks did, also those that failed and those in other JVMs: lines of a file. */
record Trace(String file) implements Serializable {
    void add(String line) throws IOException {
        Files.writeString(Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    List<String> lines() {
        try {
            return Files.exists(Path.of(file)) ? Files.readAllLines(Path.of(file)) : List.of();
        } catch (IOException e) {
            throw new AssertionError("the trace cannot be read", e);
        }
    }

    /** Waits for a line; for tasks. */
    void await(String line) throws InterruptedException {
        while (!lines().contains(line)) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted before " + line);
            }
            Thread.onSpinWait();
        }
    }

    /** What the stage of this name did. */
    List<String> of(String stage) {
        return lines().stream()
                .filter(line -> line.startsWith(stage + " "))
                .map(line -> line.substring(stage.length() + 1))
                .toList();
    }

    long count(String ending) {
        return lines().stream().filter(line -> line.endsWith(ending)).count();
    }
}
