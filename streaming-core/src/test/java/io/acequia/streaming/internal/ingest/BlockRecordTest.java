/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.Vocabulary;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockRecordTest {
    private static final Position AT = new Position("orders-1", 5, 8);
    private static final Rejected BAD = new Rejected(new byte[] {9, 8}, "line 3", new IOException("odd"));

    private final BlockCodec codec = new BlockCodec(new RecordSerializer(Set.of()));

    private ByteBuffer encoded() throws IOException {
        Sealed<String> block =
                new Sealed<>(List.of(List.of("a", "b"), List.of("c")), 3, 77, List.of(BAD), List.of(AT), List.of());
        ByteBuffer[] parts = BlockRecord.encode(block, codec);
        ByteBuffer all = ByteBuffer.allocate((int) BlockRecord.lengthOf(parts));
        Arrays.stream(parts).forEach(all::put);
        return all.flip();
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        BlockRecord block = BlockRecord.decode(encoded());
        assertThat(block.count()).isEqualTo(3);
        assertThat(block.bytes()).isEqualTo(77);
        assertThat(block.positions()).containsExactly(AT);
        assertThat(block.rejected()).singleElement().satisfies(bad -> {
            assertThat(bad.raw()).containsExactly(9, 8);
            assertThat(bad.where()).isEqualTo("line 3");
            assertThat(bad.cause()).hasMessageContaining("odd");
        });
        List<Object> records = new ArrayList<>();
        codec.decode(block.records(), 3).forEachRemaining(records::add);
        assertThat(records).containsExactly("a", "b", "c");
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        ByteBuffer bytes = encoded();
        bytes.put(0, (byte) 9);
        assertThatThrownBy(() -> BlockRecord.decode(bytes)).hasMessageStartingWith("ACQ-0671 a block of version 9");
    }

    @Test
    void anEndAtAnyByteOfTheHeadIsRefusedAndSoIsALengthBeyondTheEnd() throws IOException {
        ByteBuffer bytes = encoded();
        int head = bytes.limit() - BlockRecord.decode(bytes).records().remaining();
        for (int length = 1; length < head; length++) {
            ByteBuffer cut = bytes.duplicate().limit(length);
            assertThatThrownBy(() -> BlockRecord.decode(cut)).hasMessageStartingWith("ACQ-0672");
        }
        ByteBuffer huge = bytes.duplicate();
        huge.putInt(17, Integer.MAX_VALUE);
        assertThatThrownBy(() -> BlockRecord.decode(huge)).hasMessageStartingWith("ACQ-0672");
    }

    @Test
    void aBlockThatIsNotInItsLogIsNamed(@TempDir Path directory) {
        DataLog log = new DataLog(
                directory.toString(),
                "received/test",
                new UUID(1, 2),
                ByteSize.mebibytes(1),
                ByteSize.mebibytes(1),
                Duration.ofMinutes(1),
                new Vocabulary(Set.of(), Map.of(), ""));
        BlockInfo never = new BlockInfo(4, 1, 12, 1, 1, List.of(), null);
        BlockInfo gone = new BlockInfo(4, 1, 13, 1, 1, List.of(), new BlockInfo.Place("wal-gone", 60, 5, 2));

        assertThatThrownBy(() -> new LoggedBlock<>(never, LocalDisk.at(directory), log, codec).iterator())
                .hasMessageStartingWith("ACQ-0670 block 12 of stream 4")
                .hasMessageContaining("ACQ-0673");
        assertThatThrownBy(() -> new LoggedBlock<>(gone, LocalDisk.at(directory), log, codec).iterator())
                .hasMessageStartingWith("ACQ-0670 block 13 of stream 4")
                .hasMessageContaining("wal-gone");
    }
}
