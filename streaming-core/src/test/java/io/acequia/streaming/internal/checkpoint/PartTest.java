/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.internal.store.LocalDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PartTest {
    private static final String FILE = "cp-1000-00000001/state-0-00000.part";

    @TempDir
    Path directory;

    private LocalDisk disk;
    private Path file;

    @BeforeEach
    void open() {
        disk = LocalDisk.at(directory);
        file = directory.resolve(Checkpoints.FOLDER).resolve(FILE);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private List<Object> records(Part part, int section) {
        List<Object> records = new ArrayList<>();
        part.records(disk, Checkpoints.FOLDER, section, Samples.SERIALIZER).forEachRemaining(records::add);
        return records;
    }

    private Part part() throws IOException {
        return Samples.part(disk, FILE, List.of(List.of("a", 1L), List.of(), List.of("b")));
    }

    @Test
    void eachSectionIsReadByItself() throws IOException {
        Part part = part();

        part.verify(disk, Checkpoints.FOLDER);
        assertThat(records(part, 0)).containsExactly("a", 1L);
        assertThat(records(part, 1)).isEmpty();
        assertThat(records(part, 2)).containsExactly("b");
        Iterator<Object> none = part.records(disk, Checkpoints.FOLDER, 1, Samples.SERIALIZER);
        assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aPartLargerThanOneReadIsVerifiedAsAWhole() throws IOException {
        Part part = Samples.part(disk, FILE, List.of(List.of("x".repeat(3 << 20))));
        part.verify(disk, Checkpoints.FOLDER);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> part.verify(disk, Checkpoints.FOLDER)).hasMessageStartingWith("ACQ-1103 ");
    }

    @Test
    void aShorterOrMissingFileIsRefused() throws IOException {
        Part part = part();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> part.verify(disk, Checkpoints.FOLDER))
                .hasMessageStartingWith("ACQ-1102 checkpoints/" + FILE);
        Files.delete(file);
        assertThatThrownBy(() -> part.verify(disk, Checkpoints.FOLDER)).hasMessageStartingWith("ACQ-1102 ");
        assertThatThrownBy(() -> records(part, 0)).hasMessageStartingWith("ACQ-1105 ");
    }

    @Test
    void everyFlippedByteIsSeen() throws IOException {
        Part part = part();
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= 1;
            Files.write(file, flipped);
            assertThatThrownBy(() -> part.verify(disk, Checkpoints.FOLDER)).hasMessageStartingWith("ACQ-1103 ");
        }
    }

    @Test
    void aFormatThatIsNotKnownIsRefused() throws IOException {
        ByteBuffer newer = ByteBuffer.allocate(8).put(Part.head()).flip();
        newer.putInt(4, 2);
        Samples.put(disk, Checkpoints.FOLDER + "/" + FILE, newer);
        Part part = new Part(FILE, 8, Samples.checksum(newer), List.of(8L));
        assertThatThrownBy(() -> part.verify(disk, Checkpoints.FOLDER))
                .hasMessageStartingWith("ACQ-1104 ")
                .hasMessageContaining("recover with the version that wrote it");
    }

    @Test
    void chunksThatMakeNoSenseAreRefusedWhereTheyAreRead() throws IOException {
        Part part = part();
        byte[] bytes = Files.readAllBytes(file);
        for (int at : new int[] {Part.HEAD, Part.HEAD + 4, Part.HEAD + 8}) {
            byte[] wrong = bytes.clone();
            wrong[at] ^= 0x40;
            Files.write(file, wrong);
            assertThatThrownBy(() -> records(part, 0)).hasMessageContaining("ACQ-1106 ");
        }
        Files.write(file, bytes);
        Part cut = new Part(FILE, bytes.length, part.checksum(), List.of(Part.HEAD + 3L));
        assertThatThrownBy(() -> records(cut, 0)).hasMessageContaining("a chunk has no head");
    }
}
