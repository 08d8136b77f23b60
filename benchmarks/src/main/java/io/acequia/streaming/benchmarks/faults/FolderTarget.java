/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A folder with a file for each partition of a batch, as {@link FolderSink} writes it. For one thread. */
final class FolderTarget implements ExactTarget {
    static final String KIND = "folder:";

    private final Path folder;
    private final Set<Path> seen = new HashSet<>();
    private final Map<String, List<String>> lines = new HashMap<>();
    private long changed;

    FolderTarget(String folder) {
        this.folder = Path.of(folder);
    }

    @Override
    public String address() {
        return KIND + folder;
    }

    @Override
    public void prepare(List<String> outputs) throws IOException {
        Files.createDirectories(folder);
    }

    @Override
    public BatchSink<String> sink(String output) {
        return new FolderSink<>(folder.toString(), output, FolderSink.Manners.HONEST, "");
    }

    @Override
    public List<String> committed(String output) throws IOException {
        read();
        return List.copyOf(lines.getOrDefault(output, List.of()));
    }

    @Override
    public long count(String output) throws IOException {
        read();
        return lines.getOrDefault(output, List.of()).size();
    }

    @Override
    public long changed() throws IOException {
        read();
        return changed;
    }

    /** Reads what is new. */
    private void read() throws IOException {
        for (Path file : Folders.files(folder)) {
            String name = file.getFileName().toString();
            if (name.startsWith(".") || !seen.add(file)) {
                continue;
            }
            String output = name.substring(0, name.indexOf('~'));
            if (output.equals(FolderSink.CHANGED)) {
                changed++;
            } else {
                lines.computeIfAbsent(output, any -> new ArrayList<>()).addAll(Files.readAllLines(file));
            }
        }
    }

    @Override
    public void close() {}
}
