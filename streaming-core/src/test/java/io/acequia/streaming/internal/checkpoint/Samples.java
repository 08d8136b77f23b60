/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Checkpoints and parts as a job would write them. */
final class Samples {
    static final UUID JOB = new UUID(7, 11);
    static final Beginning BEGINNING = new Beginning(new Time(1000), Duration.ofSeconds(1), 2);
    static final RecordSerializer SERIALIZER = new RecordSerializer(Set.of());

    private Samples() {}

    static int checksum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    static void put(Storage storage, String name, ByteBuffer bytes) throws IOException {
        storage.delete(name);
        try (Storage.Appender out = storage.create(name)) {
            out.write(bytes.duplicate());
            out.force();
        }
    }

    /** Writes a part whose sections hold these records. */
    static Part part(Storage storage, String file, List<List<?>> sections) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Long> ends = new ArrayList<>();
        bytes.writeBytes(Part.head().array());
        for (List<?> section : sections) {
            try (RecordSerializer.Writer out = SERIALIZER.writer((chunk, length) -> {
                bytes.writeBytes(ByteBuffer.allocate(Part.CHUNK_HEAD)
                        .putInt(length)
                        .putInt(checksum(ByteBuffer.wrap(chunk, 0, length)))
                        .array());
                bytes.write(chunk, 0, length);
            })) {
                for (Object record : section) {
                    out.add(record);
                }
                out.finish();
            }
            ends.add((long) bytes.size());
        }
        ByteBuffer content = ByteBuffer.wrap(bytes.toByteArray());
        put(storage, Checkpoints.FOLDER + "/" + file, content);
        return new Part(file, content.remaining(), checksum(content), ends);
    }

    /** A checkpoint of one part, of which the last may belong to an earlier one. */
    static Manifest manifest(long millis, String base, Part... parts) {
        String name = Checkpoints.name(millis, 1);
        return new Manifest(
                JOB,
                name,
                new Time(millis),
                BEGINNING,
                base.isEmpty() ? name : base,
                base.isEmpty() ? 0 : 1,
                5,
                "app",
                List.of(new Named("source", "17")),
                List.of(new Owner(
                        "counts",
                        Kind.STATE,
                        "updateStateByKey",
                        "state",
                        List.of(new Time(millis)),
                        List.of(new Piece(List.of(new Time(millis)), true, List.of(parts))))),
                List.of(new Named("rate/source", "1 0")));
    }

    /** Writes and commits a checkpoint that stands alone. */
    static Manifest committed(Storage storage, long millis) throws IOException {
        String name = Checkpoints.name(millis, 1);
        Manifest manifest =
                manifest(millis, "", part(storage, name + "/state-0-00000.part", List.of(List.of("a", millis))));
        new Checkpoints(storage, JOB).commit(manifest);
        return manifest;
    }

    /** Writes and commits one that needs the parts of another. */
    static Manifest increment(Storage storage, Manifest before, long millis) throws IOException {
        String name = Checkpoints.name(millis, 1);
        List<Part> parts = new ArrayList<>(before.parts().toList());
        parts.add(part(storage, name + "/state-0-00000.part", List.of(List.of("b", millis))));
        Manifest manifest = manifest(millis, before.base(), parts.toArray(Part[]::new));
        new Checkpoints(storage, JOB).commit(manifest);
        return manifest;
    }
}
