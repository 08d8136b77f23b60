/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.internal.checkpoint.Journal.Reach;
import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckpointsTest {
    @TempDir
    Path directory;

    private LocalDisk disk;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() {
        disk = LocalDisk.at(directory);
        checkpoints = new Checkpoints(disk, Samples.JOB);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private Path file(String name) {
        return directory.resolve(Checkpoints.FOLDER).resolve(name);
    }

    private void damage(Manifest manifest) throws IOException {
        Files.write(file(manifest.name() + "/state-0-00000.part"), new byte[] {1});
    }

    private List<String> names() throws IOException {
        try (Stream<Path> content = Files.list(file(""))) {
            return content.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theNewestIsTaken() throws IOException {
        assertThat(checkpoints.newest(Reach.NOTHING)).isEmpty();
        Samples.committed(disk, 9000);
        Manifest newest = Samples.committed(disk, 10000);

        assertThat(checkpoints.newest(Reach.NOTHING)).contains(newest);
        assertThat(checkpoints.list())
                .extracting(Checkpoints.Found::name)
                .containsExactly("cp-10000-00000001", "cp-9000-00000001");
    }

    @Test
    void aDamagedOneIsPassedOver() throws IOException {
        Manifest older = Samples.committed(disk, 1000);
        Manifest damaged = Samples.committed(disk, 2000);
        damage(damaged);
        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(older);
        Files.write(file(damaged.name() + "/MANIFEST"), new byte[0]);
        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(older);
    }

    @Test
    void whenNoneIsLeftTheJobIsRefusedAndNeverBeginsEmpty() throws IOException {
        assertThatThrownBy(() -> checkpoints.newest(Reach.CHECKPOINT))
                .hasMessageStartingWith("ACQ-1115 checkpoints: no checkpoint");
        damage(Samples.committed(disk, 1000));
        assertThatThrownBy(() -> checkpoints.newest(Reach.NOTHING))
                .hasMessageStartingWith("ACQ-1115 ")
                .hasMessageContaining("ACQ-1102 ");
        assertThat(checkpoints.newest(Reach.BEGINNING)).isEmpty();
    }

    @Test
    void oneInWhichTwoProcessesHaveDiedIsPutAside() throws IOException {
        Manifest older = Samples.committed(disk, 1000);
        Manifest deadly = Samples.committed(disk, 2000);
        for (int death = 0; death < 2; death++) {
            assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(deadly);
            checkpoints.restoring(deadly);
        }
        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(older);
        assertThat(file(deadly.name() + "/MANIFEST.bad")).exists();
        assertThat(file(deadly.name() + "/MANIFEST")).doesNotExist();
        checkpoints.restoring(older);
        checkpoints.restored(older);
        checkpoints.restoring(older);
        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(older);
    }

    @Test
    void whatBelongsElsewhereIsPassedOver() throws IOException {
        Manifest own = Samples.committed(disk, 1000);
        Files.createDirectories(file("cp-5000-00000001"));
        Files.copy(file(own.name() + "/MANIFEST"), file("cp-5000-00000001/MANIFEST"));
        Checkpoints others = new Checkpoints(disk, new UUID(1, 1));

        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(own);
        assertThat(checkpoints.list().get(0).damage().orElseThrow())
                .hasMessageStartingWith("ACQ-1114 checkpoints/cp-5000-00000001/MANIFEST")
                .hasMessageContaining("the folder was renamed");
        assertThat(others.list().get(1).damage().orElseThrow()).hasMessageStartingWith("ACQ-1113 ");
        assertThatThrownBy(() -> others.newest(Reach.NOTHING)).hasMessageStartingWith("ACQ-1115 ");
    }

    @Test
    void aManifestThatCannotBeOneIsNotRead() throws IOException {
        Samples.committed(disk, 1000);
        Storage huge = new ForwardingStorage(disk) {
            @Override
            public List<Entry> list(String folder) throws IOException {
                return super.list(folder).stream()
                        .map(file -> new Entry(file.name(), 1L << 40))
                        .toList();
            }
        };
        assertThat(new Checkpoints(huge, Samples.JOB).list().get(0).damage().orElseThrow())
                .hasMessageStartingWith("ACQ-1112 ");
    }

    @Test
    void aStorageThatLosesWhatItIsGivenIsNoticed() throws IOException {
        Storage forgetful = new ForwardingStorage(disk) {
            @Override
            public void commit(String from, String to) throws IOException {
                super.delete(from);
            }
        };
        assertThatThrownBy(() -> Samples.committed(forgetful, 1000)).hasMessageStartingWith("ACQ-1116 ");
        Storage lying = new ForwardingStorage(disk) {
            @Override
            public void commit(String from, String to) throws IOException {
                super.delete(from);
                Samples.put(disk, to, ByteBuffer.allocate(30));
            }
        };
        assertThatThrownBy(() -> Samples.committed(lying, 2000)).hasMessageStartingWith("ACQ-1107 ");
    }

    @Test
    void pruningKeepsSoManyAndTwoBases() throws IOException {
        Manifest first = Samples.committed(disk, 1000);
        Manifest second = Samples.increment(disk, first, 2000);
        Manifest third = Samples.increment(disk, second, 3000);
        Manifest fourth = Samples.increment(disk, third, 4000);

        assertThat(checkpoints.prune(2)).containsExactly(fourth, third, second, first);
        Manifest fifth = Samples.committed(disk, 5000);
        Manifest sixth = Samples.committed(disk, 6000);
        assertThat(checkpoints.prune(3)).containsExactly(sixth, fifth, fourth);
        checkpoints.verify(fourth);
        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(sixth);
        assertThat(checkpoints.list()).hasSize(3);
        assertThat(names()).contains(first.name());

        Samples.committed(disk, 7000);
        Samples.committed(disk, 8000);
        checkpoints.prune(3);
        assertThat(names()).containsExactly("cp-6000-00000001", "cp-7000-00000001", "cp-8000-00000001");
    }

    @Test
    void whatAKilledWriterLeftGoes() throws IOException {
        Manifest whole = Samples.committed(disk, 1000);
        Samples.part(disk, "cp-2000-00000001/state-0-00000.part", List.of(List.of("half")));
        Samples.put(disk, "checkpoints/cp-2000-00000001/MANIFEST.tmp", ByteBuffer.allocate(5));
        Files.createDirectories(file("notes"));

        assertThat(checkpoints.newest(Reach.CHECKPOINT)).contains(whole);
        checkpoints.prune(3);
        assertThat(names()).containsExactly(whole.name(), "notes");

        Samples.part(disk, "cp-3000-00000001/state-0-00000.part", List.of(List.of("half")));
        checkpoints.discard("cp-3000-00000001");
        assertThat(names()).containsExactly(whole.name(), "notes");
    }

    @Test
    void oneThatWasPutAsideStaysForPeopleUntilItIsOld() throws IOException {
        Samples.committed(disk, 1000);
        Manifest aside = Samples.committed(disk, 2000);
        checkpoints.restoring(aside);
        checkpoints.restoring(aside);
        checkpoints.newest(Reach.CHECKPOINT);
        checkpoints.prune(1);
        assertThat(file(aside.name() + "/MANIFEST.bad")).exists();
        Samples.committed(disk, 3000);
        Samples.committed(disk, 4000);
        checkpoints.prune(1);
        assertThat(names()).containsExactly("cp-3000-00000001", "cp-4000-00000001");
    }
}
