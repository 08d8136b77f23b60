/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.internal.ingest.LoggedRecords;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A job in a process of its own that is killed and started again: its directory, and what it left there. */
final class KilledJob implements AutoCloseable {
    private final Path directory = Folders.fresh("killed");
    private final Path output = Files.createDirectory(directory.resolve("output"));
    private final AckServer server;
    private final boolean reliable;
    private final BitSet processed = new BitSet();
    private final Set<Path> seen = new HashSet<>();
    private long repeated;
    private int lives;

    KilledJob(AckServer server, boolean reliable) throws IOException {
        this.server = server;
        this.reliable = reliable;
    }

    /** Starts the next life. */
    ChildJvm start(List<String> options) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.add("-Xmx256m");
        return ChildJvm.of(
                KillProgram.class,
                all,
                List.of(
                        String.valueOf(reliable),
                        server.host(),
                        String.valueOf(server.port()),
                        directory.resolve("job").toString(),
                        output.toString(),
                        String.valueOf(++lives)));
    }

    /** The numbers in the log, in its order. */
    List<Long> logged() throws IOException {
        List<Long> numbers = new ArrayList<>();
        BlockCodec codec = new BlockCodec(new RecordSerializer(Set.of()));
        try (Storage disk = LocalDisk.at(directory.resolve("job"))) {
            for (String folder : disk.folders("received")) {
                for (Object record : LoggedRecords.in(disk, folder, codec)) {
                    numbers.add(
                            record instanceof Tuple2<?, ?> line
                                    ? (Long) line._1()
                                    : KillProgram.numberOf(String.valueOf(record)));
                }
            }
        }
        return numbers;
    }

    /** The numbers in all outputs so far. */
    BitSet processed() throws IOException {
        for (Path file : Folders.files(output)) {
            if (!file.getFileName().toString().startsWith(".") && seen.add(file)) {
                for (String number : Files.readAllLines(file)) {
                    int each = Integer.parseInt(number);
                    repeated += processed.get(each) ? 1 : 0;
                    processed.set(each);
                }
            }
        }
        return processed;
    }

    /** How many numbers an output had again. */
    long repeated() {
        return repeated;
    }

    @Override
    public void close() throws IOException {
        Folders.delete(directory);
    }
}
