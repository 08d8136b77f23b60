/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.internal.store.Failpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An idempotent output: a file {@code NAME~TIME~PARTITION} for each partition of a batch, which has that name when it is whole.
 * It always writes a partition again when asked to, and compares: content that has changed leaves a file {@code changed~…},
 * since a batch that is repeated must have the same.
 *
 * @param folder where the files are
 * @param name what the output is called there
 * @param manners what goes wrong
 * @param part marks the files of each life, for {@link Manners#TWICE}
 */
record FolderSink<T>(String folder, String name, Manners manners, String part) implements BatchSink<T> {
    static final String CHANGED = "changed";
    /** A file beside the folder with a line for each failure. */
    static final String FAILURES = "failures";

    /** So many commits of a process go well before one does not. */
    private static final int GOOD_COMMITS = 7;

    private static final int RECORDS_BEFORE = 997;
    /** What has failed once works then. */
    private static final Set<Path> FAILED = ConcurrentHashMap.newKeySet();

    private static final AtomicInteger WRITTEN = new AtomicInteger();
    private static final AtomicInteger COMMITTED = new AtomicInteger();

    /** How the output behaves. */
    enum Manners {
        HONEST,
        /** Every so often a record cannot be written; the next attempt works. */
        FAILS_AT_A_RECORD,
        /** Every so often a commit works, and the reply is lost. */
        LOSES_REPLIES,
        /** A mistake that a rig must notice: what is repeated has another name. */
        TWICE
    }

    @Override
    public Writer<T> open(Output.Key key) {
        String file = name + "~" + key.time().milliseconds() + "~" + key.partition();
        return new FileWriter(manners == Manners.TWICE ? file + "~" + part : file);
    }

    @Override
    public boolean alreadyCommitted(Output.Key key) {
        return false;
    }

    /** Files of one partition. */
    private final class FileWriter implements Writer<T> {
        private final Path whole;
        private final Path begun;
        private final Path changed;
        private final List<String> lines = new ArrayList<>();

        FileWriter(String file) {
            whole = Path.of(folder, file);
            begun = Path.of(folder, "." + file);
            changed = Path.of(folder, CHANGED + "~" + file);
        }

        @Override
        public void write(T record) throws IOException {
            if (manners == Manners.FAILS_AT_A_RECORD
                    && WRITTEN.incrementAndGet() % RECORDS_BEFORE == 0
                    && FAILED.add(whole)) {
                fail("a record cannot be written now");
            }
            lines.add(record instanceof Tuple2<?, ?> pair ? pair._1() + " " + pair._2() : String.valueOf(record));
        }

        @Override
        public void commit() throws IOException {
            Failpoint.OUTPUT_COMMIT_BEFORE.pass();
            if (Files.exists(whole)) {
                if (!sorted(Files.readAllLines(whole)).equals(sorted(lines))) {
                    Files.write(changed, lines);
                }
            } else {
                Files.write(begun, lines, StandardCharsets.UTF_8);
                Files.move(begun, whole, StandardCopyOption.ATOMIC_MOVE);
            }
            Failpoint.OUTPUT_COMMIT_AFTER.pass();
            if (manners == Manners.LOSES_REPLIES && COMMITTED.incrementAndGet() % GOOD_COMMITS == 0) {
                fail("the reply to a commit was lost");
            }
        }

        private void fail(String why) throws IOException {
            Files.writeString(
                    Path.of(folder).resolveSibling(FAILURES),
                    whole.getFileName() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            throw new IOException(why);
        }

        /** Records of the input come in the order in which they were received; that of keys is nobody's promise. */
        private List<String> sorted(List<String> content) {
            return name.equals(Outputs.IDS) || name.equals(Outputs.FILES)
                    ? content
                    : content.stream().sorted().toList();
        }

        @Override
        public void abort() throws IOException {
            Files.deleteIfExists(begun);
        }

        @Override
        public void close() {}
    }
}
