/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.store.LocalDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Checkpoints as the same program would have written them with a class of another name, which is as long. */
final class RenamedInCheckpoints {
    private RenamedInCheckpoints() {}

    static void rewrite(Path directory, String from, String to) throws IOException {
        UUID job = UUID.fromString(Files.readString(directory.resolve("job")).trim());
        try (LocalDisk disk = LocalDisk.at(directory)) {
            Checkpoints checkpoints = new Checkpoints(disk, job);
            for (Checkpoints.Found found : checkpoints.list()) {
                Manifest real = found.manifest().orElseThrow();
                List<Owner> owners = new ArrayList<>();
                for (Owner owner : real.owners()) {
                    List<Manifest.Piece> pieces = new ArrayList<>();
                    for (Manifest.Piece piece : owner.pieces()) {
                        List<Part> parts = new ArrayList<>();
                        for (Part part : piece.parts()) {
                            parts.add(renamed(directory, part, from, to));
                        }
                        pieces.add(new Manifest.Piece(piece.times(), piece.keyed(), parts));
                    }
                    owners.add(new Owner(
                            owner.uid(), owner.kind(), owner.operation(), owner.shape(), owner.times(), pieces));
                }
                checkpoints.commit(with(real, owners));
            }
        }
    }

    private static Part renamed(Path directory, Part part, String from, String to) throws IOException {
        Path file = directory.resolve("checkpoints").resolve(part.file());
        String text = Files.readString(file, ISO_8859_1);
        ByteBuffer bytes = ByteBuffer.wrap(text.replace(from, to).getBytes(ISO_8859_1));
        for (int at = 8; at < bytes.limit(); at += 8 + bytes.getInt(at)) {
            bytes.putInt(at + 4, sum(bytes.slice(at + 8, bytes.getInt(at))));
        }
        Files.write(file, bytes.array());
        return new Part(part.file(), part.bytes(), sum(bytes), part.ends());
    }

    private static int sum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate());
        return (int) sum.getValue();
    }

    private static Manifest with(Manifest real, List<Owner> owners) {
        return new Manifest(
                real.job(),
                real.name(),
                real.time(),
                real.beginning(),
                real.base(),
                real.increments(),
                real.journal(),
                real.app(),
                real.positions(),
                owners,
                real.values());
    }
}
