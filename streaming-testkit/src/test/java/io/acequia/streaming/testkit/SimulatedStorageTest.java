/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.testkit.LogUnderTest.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimulatedStorageTest {
    private static final int SEEDS = 200;

    private static SimulatedStorage with(long seed, String... names) throws IOException {
        SimulatedStorage storage = new SimulatedStorage(seed);
        for (String name : names) {
            try (Storage.Appender file = storage.create(name)) {
                file.write(payload(1));
                file.write(payload(2));
            }
        }
        return storage;
    }

    private static List<String> names(Storage storage, String folder) throws IOException {
        return storage.list(folder).stream().map(Storage.Entry::name).toList();
    }

    @Test
    void whatWasForcedSurvivesAndAPartOfTheRestByChance() throws IOException {
        Set<Integer> lengths = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = new SimulatedStorage(seed);
            Storage.Appender file = storage.create("a/b");
            storage.forceFolder("a");
            file.write(payload(1));
            file.force();
            file.write(payload(2));
            byte[] left = storage.crash().content("a/b");
            assertThat(left).startsWith(payload(1).array()).hasSizeBetween(8, 16);
            lengths.add(left.length);
        }
        assertThat(lengths).hasSize(9);
    }

    @Test
    void namesThatWereNotForcedAreThereOrNot() throws IOException {
        Set<List<String>> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = with(seed, "x", "y");
            storage.forceFolder("");
            assertThat(storage.delete("x")).isTrue();
            storage.commit("y", "z");
            assertThat(names(storage, "")).containsExactly("z");
            outcomes.add(names(storage.crash(), ""));
        }
        assertThat(outcomes)
                .containsExactlyInAnyOrder(List.of("x", "y"), List.of("y"), List.of("x", "z"), List.of("z"));
    }

    @Test
    void aMoveIsDurableWhenBothFoldersAre() throws IOException {
        Set<List<String>> outcomes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = with(seed, "from/x");
            storage.forceFolder("from");
            storage.commit("from/x", "to/x");
            storage.forceFolder("to");
            outcomes.add(names(storage.crash(), "to"));

            SimulatedStorage both = with(seed, "from/x");
            both.commit("from/x", "to/x");
            both.forceFolder("to");
            both.forceFolder("from");
            assertThat(both.crash().folders("")).containsExactly("to");
        }
        assertThat(outcomes).containsExactlyInAnyOrder(List.of(), List.of("to/x"));
    }

    @Test
    void aKilledProcessLosesNothingUntilThePowerGoes() throws IOException {
        int lost = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage killed = with(seed, "x").kill();
            assertThat(killed.content("x")).hasSize(16);
            lost += names(killed.crash(), "").isEmpty() ? 1 : 0;
            SimulatedStorage forced = with(seed, "x").kill();
            forced.force("x");
            forced.forceFolder("");
            assertThat(forced.crash().content("x")).hasSize(16);
        }
        assertThat(lost).isBetween(SEEDS / 4, 3 * SEEDS / 4);
    }

    @Test
    void aForceThatFailedIsNotMendedByTheNextOne() throws IOException {
        Set<Integer> lengths = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = new SimulatedStorage(seed);
            Storage.Appender file = storage.create("x");
            storage.forceFolder("");
            file.write(payload(1));
            storage.fail(Operation.FORCE, 1);
            assertThatThrownBy(file::force).isInstanceOf(IOException.class).hasMessageStartingWith("ACQ-2043 ");
            file.force();
            lengths.add(storage.crash().content("x").length);
        }
        assertThat(lengths).contains(0, 8);
    }

    @Test
    void whatFailedAndWhatIsForcedAgainIsTold() throws IOException {
        SimulatedStorage storage = with(1, "x");
        Storage.Appender file = storage.create("y");
        storage.fill(Operation.FORCE, 1);
        assertThatThrownBy(file::force).isInstanceOf(StorageFullException.class);
        storage.spaceReturns();
        file.force();
        assertThat(storage.forcedAgain()).isZero();
        storage.fail(Operation.FORCE, 1);
        assertThatThrownBy(file::force).hasMessageStartingWith("ACQ-2043 ");
        file.force();
        assertThat(storage.forcedAgain()).isEqualTo(1);
        assertThat(storage.failures()).containsExactly("FORCE y", "FORCE y");
        assertThat(storage.names()).containsExactly("x", "y");
    }

    @Test
    void aCommitByCopyLeavesAnythingUntilItsFolderIsForced() throws IOException {
        Set<List<String>> outcomes = new HashSet<>();
        Set<Integer> lengths = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = with(seed, "x");
            storage.force("x");
            storage.forceFolder("");
            storage.commitByCopy();
            assertThat(storage.capabilities().atomicRename()).isFalse();
            storage.commit("x", "y");
            assertThat(storage.content("y")).hasSize(16);
            SimulatedStorage found = storage.crash();
            outcomes.add(names(found, ""));
            if (found.names().contains("y")) {
                lengths.add(found.content("y").length);
            }

            SimulatedStorage forced = with(seed, "x");
            forced.force("x");
            forced.commitByCopy();
            forced.commit("x", "y");
            forced.forceFolder("");
            assertThat(forced.crash().content("y")).hasSize(16);
        }
        assertThat(outcomes).containsExactlyInAnyOrder(List.of(), List.of("x"), List.of("y"), List.of("x", "y"));
        assertThat(lengths).contains(0, 16).hasSizeGreaterThan(5);
    }

    @Test
    void whatADeadProcessForcedInVainCanBeForcedByTheNext() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = with(seed, "x");
            storage.powerOffAfter(1);
            assertThatThrownBy(() -> storage.force("x")).hasMessageStartingWith("ACQ-2044 ");
            SimulatedStorage killed = storage.kill();
            killed.force("x");
            killed.forceFolder("");
            assertThat(killed.crash().content("x")).hasSize(16);
        }
    }

    @Test
    void aDeadProcessWritesNothingMore() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage storage = new SimulatedStorage(seed);
            Storage.Appender file = storage.create("x");
            SimulatedStorage killed = storage.kill();
            assertThatThrownBy(() -> file.write(payload(1))).hasMessageStartingWith("ACQ-2044 ");
            assertThat(killed.content("x")).isEmpty();
        }
    }

    @Test
    void thePowerThatGoesIsTold() throws IOException {
        SimulatedStorage storage = with(1, "x");
        List<String> told = new ArrayList<>();
        storage.whenOff(() -> told.add("off"));
        storage.powerOffAfter(2);
        storage.read("x", 0, 1);
        assertThat(storage.isOn()).isTrue();
        assertThatThrownBy(() -> storage.read("x", 0, 1)).hasMessageStartingWith("ACQ-2044 ");
        assertThat(storage.isOn()).isFalse();
        assertThat(told).containsExactly("off");
    }

    @Test
    void aFullDeviceTakesWhatFits() throws IOException {
        SimulatedStorage storage = with(1, "x");
        storage.limit(20);
        Storage.Appender file = storage.create("y");
        assertThatThrownBy(() -> file.write(payload(1)))
                .isInstanceOf(StorageFullException.class)
                .hasMessageStartingWith("ACQ-2045 ");
        assertThat(file.length()).isEqualTo(4);
        storage.limit(1000);
        storage.fill(Operation.WRITE, 2);
        file.write(payload(1));
        assertThatThrownBy(() -> file.write(payload(1))).isInstanceOf(StorageFullException.class);
        assertThatThrownBy(() -> storage.create("z")).isInstanceOf(StorageFullException.class);
        storage.spaceReturns();
        file.write(payload(1));
        storage.fill();
        assertThatThrownBy(() -> storage.commit("y", "z")).isInstanceOf(StorageFullException.class);
    }

    @Test
    void theSameSeedFindsTheSame() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            SimulatedStorage one = with(seed, "x", "y", "z").crash();
            SimulatedStorage other = with(seed, "x", "y", "z").crash();
            assertThat(one.list("")).isEqualTo(other.list(""));
        }
    }

    @Test
    void aLockIsHeldOnceAndFreeAfterACrash() throws IOException {
        SimulatedStorage storage = new SimulatedStorage(1);
        try (Storage.Lock lock = storage.lock("job.lock").orElseThrow()) {
            assertThat(lock.epoch()).isEqualTo(1);
            assertThat(storage.lock("job.lock")).isEmpty();
        }
        assertThat(storage.lock("job.lock")).isPresent();
        assertThat(storage.crash().lock("job.lock").map(Storage.Lock::epoch)).contains(3L);
    }

    @Test
    void misuseIsTold() throws IOException {
        SimulatedStorage storage = with(1, "x");
        assertThatThrownBy(() -> storage.create("x")).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> storage.read("y", 0, 1)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> storage.force("y")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> storage.commit("y", "z")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> storage.read("x", 9, 8)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> storage.flip("x", 16, 0)).hasMessageStartingWith("ACQ-2041 ");
        assertThatThrownBy(() -> storage.truncate("y", 1)).hasMessageStartingWith("ACQ-2042 ");
        for (String name : Arrays.asList("", "/x", "../x", "a//b", "a\\b", "a\0")) {
            assertThatThrownBy(() -> storage.create(name)).hasMessageStartingWith("ACQ-2046 ");
        }
        Storage.Appender file = storage.create("y");
        file.close();
        assertThatThrownBy(() -> file.write(payload(1))).hasMessageStartingWith("ACQ-2047 ");
        assertThat(storage.operations(Operation.CREATE)).isEqualTo(3);
        storage.powerOffAfter(1);
        assertThatThrownBy(() -> storage.create("z")).hasMessageStartingWith("ACQ-2044 ");
        assertThatThrownBy(() -> storage.list("")).hasMessageStartingWith("ACQ-2044 ");
    }
}
