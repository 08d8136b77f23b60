/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.ingest.LoggedRecords;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.internal.source.FileFormat;
import io.acequia.streaming.internal.source.FileRules;
import io.acequia.streaming.internal.source.FileSource;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.RecordFile;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.StateChangeLog;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/** F44, the child: gives mutants of right bytes to everything that decodes, in a small heap, and prints what came of it. */
final class MutantProgram {
    private static final RecordSerializer SERIALIZER = new RecordSerializer(Set.of(PriorityQueue.class));
    private static final BlockCodec CODEC = new BlockCodec(SERIALIZER);
    private static final UUID JOB = new UUID(3, 5);
    private static final byte BLOCK = 1;
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int DEEP = 390;

    private final Path directory;
    private final List<Target> targets = new ArrayList<>();

    private record Target(String name, byte[] whole, Decoder decoder) {}

    @FunctionalInterface
    private interface Decoder {
        void decode(byte[] bytes) throws Exception;
    }

    private MutantProgram(Path directory) throws Exception {
        this.directory = directory;
        records();
        logs();
        checkpoints();
        positions();
    }

    /** Arguments: how many, the seed, the directory of a small job. */
    public static void main(String[] arguments) throws Exception {
        new MutantProgram(Path.of(arguments[2])).run(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]));
        System.exit(0);
    }

    private void run(int n, long seed) throws Exception {
        RandomGenerator random = new Random(seed);
        for (Target target : targets) {
            target.decoder().decode(target.whole());
        }
        long read = 0;
        long refused = 0;
        long slow = 0;
        long slowest = 0;
        for (int i = 0; i < n; i++) {
            Target target = targets.get(i % targets.size());
            byte[] mutant = Mutation.of(target.whole(), random);
            long begin = System.nanoTime();
            try {
                target.decoder().decode(mutant);
                read++;
            } catch (Exception e) {
                refused++;
            } catch (OutOfMemoryError | StackOverflowError e) {
                System.out.println("error " + target.name() + " mutant " + i + ": " + e);
            } catch (Throwable e) {
                System.out.println("other " + target.name() + " mutant " + i + ": " + e);
            }
            long took = System.nanoTime() - begin;
            slowest = Math.max(slowest, took);
            slow += took > SLOW_NANOS ? 1 : 0;
        }
        System.out.println("done " + read + " " + refused + " " + slow + " " + slowest / 1_000_000);
    }

    private void add(String name, byte[] whole, Decoder decoder) {
        targets.add(new Target(name, whole, decoder));
    }

    private static void drain(Iterator<?> all) {
        while (all.hasNext()) {
            all.next();
        }
    }

    // ---- records

    private enum Colour {
        RED,
        GREEN
    }

    private record Pair(String left, int right, List<Object> more) {}

    private static List<Object> samples() {
        List<Object> samples = new ArrayList<>(List.of(
                "text",
                "ü".repeat(50),
                Utf8.of("bytes"),
                1,
                2L,
                3.5,
                true,
                'c',
                new byte[40],
                new int[] {1, 2, 3},
                new long[9],
                new double[3],
                new boolean[5],
                new String[] {"a", "b"},
                new Object[] {1, "x", new int[2]},
                new ArrayList<>(List.of(1, 2, 3)),
                new HashMap<>(Map.of("k", 1, "l", List.of(2))),
                new PriorityQueue<>(List.of(3, 1, 2)),
                new BigDecimal("12.345"),
                Instant.EPOCH,
                Duration.ofDays(3),
                UUID.randomUUID(),
                Optional.of("x"),
                EnumSet.of(Colour.RED),
                Colour.GREEN,
                BitSet.valueOf(new long[] {5, 6}),
                new Pair("l", 7, List.of(1, new Pair("m", 8, List.of())))));
        List<Object> deep = new ArrayList<>();
        for (int i = 0; i < DEEP; i++) {
            deep = new ArrayList<>(List.of(deep));
        }
        samples.add(deep);
        return samples;
    }

    private static byte[] chunk(Iterable<?> records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RecordSerializer.Writer out = SERIALIZER.writer((chunk, length) -> bytes.write(chunk, 0, length))) {
            for (Object record : records) {
                out.add(record);
            }
            out.finish();
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(List<ByteBuffer> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuffer piece : pieces) {
            byte[] some = new byte[piece.remaining()];
            piece.duplicate().get(some);
            bytes.writeBytes(some);
        }
        return bytes.toByteArray();
    }

    private void records() throws Exception {
        Decoder chunks = mutant -> drain(SERIALIZER.read(List.of(mutant).iterator()));
        add("chunk", chunk(samples()), chunks);
        for (Object sample : samples()) {
            add("chunk of one", chunk(List.of(sample)), chunks);
        }
        for (List<?> records : List.<List<?>>of(
                List.of(Utf8.of("one"), Utf8.of("another")), List.of(new byte[3], new byte[200]), samples())) {
            add(
                    "block",
                    bytes(CODEC.encode(List.of(records), records.size())),
                    mutant -> drain(CODEC.decode(ByteBuffer.wrap(mutant), records.size())));
        }
        ByteArrayOutputStream changes = new ByteArrayOutputStream();
        try (RecordSerializer.Writer out = SERIALIZER.writer((chunk, length) -> changes.write(chunk, 0, length))) {
            StateChangeLog.write(
                    new Time(1),
                    new Time(2),
                    List.of(new StateChange<Object, Object>("key", List.of(1, 2), new Time(3)))
                            .iterator(),
                    out);
            out.finish();
        }
        add(
                "changes of state",
                changes.toByteArray(),
                mutant -> drain(
                        StateChangeLog.read(SERIALIZER.read(List.of(mutant).iterator()))));
        Path file = directory.resolve("mutant.records");
        try (RecordFile.Writer out = new RecordFile.Writer(file, SERIALIZER)) {
            for (Object sample : samples()) {
                out.add(sample);
            }
            out.finish(false);
        }
        add("file of records", Files.readAllBytes(file), mutant -> {
            Files.write(file, mutant);
            try (RecordFile.Reader<Object> in = RecordFile.open(file, SERIALIZER)) {
                drain(in);
            }
        });
    }

    // ---- logs

    private static LogSettings limits() {
        return new LogSettings(ByteSize.mebibytes(1), ByteSize.mebibytes(1), Duration.ofMinutes(10));
    }

    private static SegmentedLog log(SimulatedStorage disk, String folder, byte[] preamble) throws IOException {
        return SegmentedLog.open(disk, folder, JOB, limits(), StreamClock.system(), () -> ByteBuffer.wrap(preamble));
    }

    private void logs() throws Exception {
        SimulatedStorage filled = NumberedLog.filled(JOB, 100, 1 << 20);
        String segment = NumberedLog.files(filled).get(0);
        add("segment", filled.content(segment), mutant -> {
            SimulatedStorage disk = new SimulatedStorage(1);
            disk.put(segment, mutant);
            DiskRig.refusal(disk);
            NumberedLog.read(disk);
        });
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(block);
        out.writeByte(1);
        out.writeInt(2);
        out.writeLong(100);
        out.writeInt(1);
        out.writeInt(1);
        out.writeByte('s');
        out.writeLong(0);
        out.writeLong(2);
        out.writeInt(1);
        for (int i = 0; i < 3; i++) {
            out.writeInt(1);
            out.writeByte('x');
        }
        out.write(bytes(CODEC.encode(List.of(List.of("a", 1)), 2)));
        add(
                "block in a log",
                block.toByteArray(),
                mutant -> drain(LoggedRecords.block(BLOCK, ByteBuffer.wrap(mutant))
                        .orElseThrow()
                        .records(CODEC)));
        journal();
    }

    private void journal() throws Exception {
        SimulatedStorage disk = new SimulatedStorage(1);
        try (Journal journal = journal(disk)) {
            journal.begin(
                    new io.acequia.streaming.internal.checkpoint.Beginning(new Time(0), Duration.ofSeconds(1), 2));
            journal.allocated(
                    new Time(1000),
                    List.of(new Allocation("words", "7", 12, List.of(List.of("0-3", "3-5"), List.of("5-7")))));
            journal.outputFailed(new Time(1000), "sink", "it broke");
            journal.checkpointed(new Time(1000), new Time(0));
        }
        List<byte[]> payloads = new ArrayList<>();
        List<Byte> types = new ArrayList<>();
        byte[][] preamble = {{}};
        io.acequia.streaming.internal.log.LogReader.scan(disk, Journal.FOLDER, Optional.of(JOB), (type, at, bytes) -> {
            byte[] payload = bytes(List.of(bytes));
            if (type == io.acequia.streaming.internal.log.LogReader.PREAMBLE) {
                preamble[0] = payload;
            } else {
                payloads.add(payload);
                types.add(type);
            }
        });
        for (int i = 0; i < payloads.size(); i++) {
            byte type = types.get(i);
            add("record of a journal", payloads.get(i), mutant -> reopened(preamble[0], type, mutant));
        }
        add("preamble of a journal", preamble[0], mutant -> reopened(mutant, types.get(0), payloads.get(0)));
    }

    private static Journal journal(SimulatedStorage disk) throws IOException {
        return Journal.open(disk, JOB, limits(), StreamClock.system(), why -> {
            throw new InterruptedException("full");
        });
    }

    private static void reopened(byte[] preamble, byte type, byte[] payload) throws IOException {
        SimulatedStorage disk = new SimulatedStorage(1);
        try (SegmentedLog log = log(disk, Journal.FOLDER, preamble)) {
            log.force(log.append(type, ByteBuffer.wrap(payload)));
        }
        try (Journal again = journal(disk)) {
            again.batchesAfter(new Time(0));
        }
    }

    // ---- checkpoints

    private void checkpoints() throws Exception {
        UUID job = DamagedCheckpoints.job(directory);
        SimulatedStorage whole = new SimulatedStorage(1);
        for (String name : DamagedCheckpoints.files(directory, Checkpoints.FOLDER)) {
            whole.put(name, Files.readAllBytes(directory.resolve(name)));
        }
        Checkpoints checkpoints = new Checkpoints(whole, job);
        Manifest newest = checkpoints.newest(Journal.Reach.CHECKPOINT).orElseThrow();
        String manifest = Checkpoints.FOLDER + "/" + newest.name() + "/" + Manifest.FILE;
        add("manifest", whole.content(manifest), mutant -> {
            whole.put(manifest, mutant);
            checkpoints.newest(Journal.Reach.CHECKPOINT);
        });
        add("manifest with a right checksum", whole.content(manifest), mutant -> {
            whole.put(manifest, summed(mutant));
            checkpoints.newest(Journal.Reach.CHECKPOINT);
        });
        Part part = newest.parts().toList().get(0);
        byte[] bytes = whole.content(Checkpoints.FOLDER + "/" + part.file());
        add("part", bytes, mutant -> {
            SimulatedStorage disk = new SimulatedStorage(1);
            disk.put("x/" + part.file(), mutant);
            drain(new Part(part.file(), mutant.length, 0, List.of((long) mutant.length))
                    .records(disk, "x", 0, SERIALIZER));
        });
    }

    private static byte[] summed(byte[] manifest) {
        if (manifest.length >= 16) {
            ByteBuffer bytes = ByteBuffer.wrap(manifest).putInt(8, manifest.length - 16);
            CRC32C sum = new CRC32C();
            sum.update(manifest, 4, 8);
            sum.update(manifest, 16, manifest.length - 16);
            bytes.putInt(12, (int) sum.getValue());
        }
        return manifest;
    }

    // ---- positions

    private void positions() throws Exception {
        SplitPlanner<?> planner = planner(Optional.empty());
        Files.writeString(Files.createDirectories(directory.resolve("in")).resolve("file one.txt"), "line\n");
        String position =
                planner.plan(new Time(Long.MAX_VALUE / 4), Long.MAX_VALUE).position();
        add(
                "position of a file source",
                position.getBytes(StandardCharsets.UTF_8),
                mutant -> planner(Optional.of(new String(mutant, StandardCharsets.UTF_8))));
        String range = "5 " + directory.resolve("in/file one.txt");
        add(
                "range of a file source",
                range.getBytes(StandardCharsets.UTF_8),
                mutant -> planner.split(new String(mutant, StandardCharsets.UTF_8)));
    }

    private SplitPlanner<?> planner(Optional<String> restored) throws Exception {
        return new FileSource<>(FileRules.of(directory.resolve("in").toString()), FileFormat.lines(1000))
                .newPlanner(new PlannerContext(
                        new Time(0), Duration.ofSeconds(1), StreamClock.system(), restored, 0, Map.of()));
    }
}
