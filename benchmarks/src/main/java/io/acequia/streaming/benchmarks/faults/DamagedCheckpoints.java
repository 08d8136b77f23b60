/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** F14 and F24: a bit in every byte of every checkpoint of a job is flipped; then none of them is whole. */
final class DamagedCheckpoints {
    static final int BATCHES = 8;
    /** Each so many-th damage is met by a whole job, too. */
    private static final int JOBS = 40;

    private static final RecordSerializer SERIALIZER = new RecordSerializer(Set.of());

    private DamagedCheckpoints() {}

    static UUID job(Path directory) throws IOException {
        return UUID.fromString(Files.readString(directory.resolve("job")).trim());
    }

    /** The files of a folder, their names relative to the directory. */
    static List<String> files(Path directory, String folder) throws IOException {
        try (Stream<Path> content = Files.walk(directory.resolve(folder))) {
            return content.filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    /** All records of a checkpoint, in order. */
    private static String content(SimulatedStorage disk, Manifest manifest) {
        StringBuilder text = new StringBuilder(manifest.toString());
        for (Part part : manifest.parts().toList()) {
            for (int section = 0; section < part.ends().size(); section++) {
                part.records(disk, Checkpoints.FOLDER, section, SERIALIZER)
                        .forEachRemaining(record -> text.append(' ').append(record));
            }
        }
        return text.toString();
    }

    private static Set<String> needs(Manifest manifest) {
        List<String> names = new ArrayList<>();
        names.add(Checkpoints.FOLDER + "/" + manifest.name() + "/" + Manifest.FILE);
        manifest.parts().forEach(part -> names.add(Checkpoints.FOLDER + "/" + part.file()));
        return Set.copyOf(names);
    }

    static Figures flips(Path written, RandomGenerator random) throws Exception {
        SimulatedStorage disk = new SimulatedStorage(1);
        List<String> files = files(written, Checkpoints.FOLDER);
        for (String name : files) {
            disk.put(name, Files.readAllBytes(written.resolve(name)));
        }
        Checkpoints checkpoints = new Checkpoints(disk, job(written));
        Map<String, String> contents = new HashMap<>();
        List<Manifest> whole = new ArrayList<>();
        for (Checkpoints.Found found : checkpoints.list()) {
            Manifest manifest = found.manifest().orElseThrow();
            whole.add(manifest);
            contents.put(manifest.name(), content(disk, manifest));
        }
        int n = 0;
        int detected = 0;
        int passedOver = 0;
        int wrong = 0;
        int jobs = 0;
        for (String name : files) {
            byte[] bytes = disk.content(name);
            for (int at = 0; at < bytes.length; at++) {
                int bit = random.nextInt(8);
                disk.flip(name, at, bit);
                n++;
                boolean seen = true;
                boolean needed = false;
                for (Manifest manifest : whole) {
                    if (needs(manifest).contains(name)) {
                        needed = true;
                        seen &= isRefused(checkpoints, manifest);
                    }
                }
                detected += seen || !needed ? 1 : 0;
                try {
                    Manifest taken =
                            checkpoints.newest(Journal.Reach.CHECKPOINT).orElseThrow();
                    passedOver += taken.name().equals(whole.get(0).name()) ? 0 : 1;
                    wrong += content(disk, taken).equals(contents.get(taken.name())) ? 0 : 1;
                } catch (CheckpointRefusedException e) {
                    passedOver++;
                }
                disk.flip(name, at, bit);
                if (n % JOBS == 0) {
                    jobs++;
                    wrong += isWrong(written, name, at, bit) ? 1 : 0;
                }
            }
        }
        return new Figures("F14 single bit flips of checkpoints")
                .count("n", n)
                .show("files", files.size())
                .show("checkpoints", whole.size())
                .must("detected", detected, n)
                .show("newest_passed_over", passedOver)
                .show("jobs_started", jobs)
                .must("wrong", wrong, 0);
    }

    private static boolean isRefused(Checkpoints checkpoints, Manifest manifest) throws IOException {
        for (Checkpoints.Found found : checkpoints.list()) {
            if (found.name().equals(manifest.name())) {
                if (found.damage().isPresent()) {
                    return true;
                }
                try {
                    checkpoints.verify(found.manifest().orElseThrow());
                    return false;
                } catch (CheckpointRefusedException e) {
                    return true;
                }
            }
        }
        return true;
    }

    private static boolean isWrong(Path written, String name, int at, int bit) throws Exception {
        Path copy = Folders.copy(written);
        byte[] bytes = Files.readAllBytes(copy.resolve(name));
        bytes[at] ^= (byte) (1 << bit);
        Files.write(copy.resolve(name), bytes);
        SmallJob.Outcome outcome = SmallJob.run(copy, BATCHES, 1);
        Folders.delete(copy);
        return outcome.wrong();
    }

    /** A way to spoil a file. */
    @FunctionalInterface
    private interface Damage {
        byte[] of(byte[] bytes, RandomGenerator random);
    }

    static Figures allBad(Path written, RandomGenerator random) throws Exception {
        List<Damage> damages = List.of(
                (bytes, chance) -> new byte[0],
                (bytes, chance) -> java.util.Arrays.copyOf(bytes, bytes.length / 2),
                (bytes, chance) -> {
                    bytes[chance.nextInt(bytes.length)] ^= 1;
                    return bytes;
                },
                (bytes, chance) -> {
                    chance.nextBytes(bytes);
                    return bytes;
                });
        int n = 0;
        int refused = 0;
        int begunEmpty = 0;
        for (String which : List.of("MANIFEST", ".part")) {
            for (Damage damage : damages) {
                for (boolean withJournal : new boolean[] {true, false}) {
                    Path copy = Folders.copy(written);
                    for (String name : files(copy, Checkpoints.FOLDER)) {
                        if (name.endsWith(which)) {
                            Path file = copy.resolve(name);
                            Files.write(file, damage.of(Files.readAllBytes(file), random));
                        }
                    }
                    if (!withJournal) {
                        Folders.delete(copy.resolve(Journal.FOLDER));
                    }
                    Optional<String> refusal = SmallJob.run(copy, BATCHES, 1).refusal();
                    n++;
                    refused += refusal.filter(text -> text.contains("no checkpoint is left that can be trusted"))
                                    .isPresent()
                            ? 1
                            : 0;
                    begunEmpty += refusal.isPresent() ? 0 : 1;
                    Folders.delete(copy);
                }
            }
        }
        return new Figures("F24 no checkpoint left")
                .count("n", n)
                .must("refused", refused, n)
                .must("wrong", begunEmpty, 0);
    }
}
