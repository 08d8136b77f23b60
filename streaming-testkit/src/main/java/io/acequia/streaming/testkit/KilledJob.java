/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A job in a process of its own that is killed and started again: what it is, its directory, and what it has put out. */
final class KilledJob {
    private final Path directory;
    private final Path output;
    private final Map<Path, List<Integer>> files = new HashMap<>();
    private int lives;

    private KilledJob(Path directory, Path output) {
        this.directory = directory;
        this.output = output;
    }

    static <T> KilledJob of(Path directory, Source<T> source, Function<T, String> payload, Set<Class<?>> classes)
            throws IOException {
        Path output = Files.createDirectory(directory.resolve("output"));
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(directory.resolve("reads")))) {
            out.writeObject(new Reads<>(source, payload, Set.copyOf(classes)));
        }
        return new KilledJob(directory, output);
    }

    /** What a process is to read. */
    record Reads<T>(Source<T> source, Function<T, String> payload, Set<Class<?>> classes) implements Serializable {
        @SuppressWarnings("unchecked") // it was written by this class
        static Reads<Object> in(Path directory) throws IOException, ClassNotFoundException {
            try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(directory.resolve("reads")))) {
                return (Reads<Object>) in.readObject();
            }
        }
    }

    /** Starts the next life. */
    ChildJvm start(List<String> options) throws IOException {
        lives++;
        List<String> all = new ArrayList<>(options);
        all.add("-Xmx256m");
        return ChildJvm.of(KilledProgram.class, all, List.of(directory.toString(), output.toString()));
    }

    int lives() {
        return lives;
    }

    /** The numbers in all outputs. A batch that is repeated replaces its files. */
    BitSet processed() throws IOException {
        BitSet all = new BitSet();
        look();
        files.values().forEach(each -> each.forEach(all::set));
        return all;
    }

    /** How many numbers are in the outputs again. */
    long repeated() throws IOException {
        return files.values().stream().mapToLong(List::size).sum() - processed().cardinality();
    }

    private void look() throws IOException {
        List<Path> there;
        try (Stream<Path> list = Files.list(output)) {
            there = list.filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList();
        }
        for (Path file : there) {
            if (!files.containsKey(file)) {
                files.put(
                        file,
                        Files.readAllLines(file).stream()
                                .map(KillConformance::number)
                                .toList());
            }
        }
    }
}
