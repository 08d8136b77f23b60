/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class SimulatedStoragesTest {
    @Test
    void aMountedStorageIsFoundByItsUri() throws IOException {
        SimulatedStorage disk = new SimulatedStorage(1);
        String uri = SimulatedStorages.mount(disk);
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.accepts(uri))
                .findFirst()
                .orElseThrow();
        assertThat(provider.accepts("file:///tmp")).isFalse();
        Storage storage = provider.open(uri);
        try (Storage.Appender file = storage.create("a/b")) {
            file.write(ByteBuffer.wrap("text".getBytes(UTF_8)));
            file.force();
        }
        storage.forceFolder("a");
        assertThat(storage.uri()).isEqualTo(uri);
        assertThat(disk.content("a/b")).isEqualTo("text".getBytes(UTF_8));
        assertThat(storage.read("a/b", 1, 2)).isEqualTo(ByteBuffer.wrap("ex".getBytes(UTF_8)));
        assertThat(storage.folders("")).containsExactly("a");
        storage.commit("a/b", "a/c");
        storage.force("a/c");
        assertThat(storage.list("a")).extracting(Storage.Entry::name).containsExactly("a/c");
        assertThat(storage.delete("a/c")).isTrue();
        assertThat(storage.capabilities()).isEqualTo(disk.capabilities());

        SimulatedStorages.unmount(uri);
        assertThatThrownBy(() -> provider.open(uri))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("ACQ-2100 no simulated storage is mounted at " + uri);
    }

    @Test
    void whoClosesFreesHisLocksAndLeavesTheOthersAlone() throws IOException {
        String uri = SimulatedStorages.mount(new SimulatedStorage(1));
        try {
            SimulatedStorages provider = new SimulatedStorages();
            Storage first = provider.open(uri);
            Storage second = provider.open(uri);
            assertThat(first.lock("lock")).isPresent();
            assertThat(second.lock("lock")).isEmpty();
            first.close();
            first.close();
            Optional<Storage.Lock> taken = second.lock("lock");
            assertThat(taken)
                    .hasValueSatisfying(lock -> assertThat(lock.epoch()).isEqualTo(2));
            assertThat(second.list("")).isNotEmpty();
        } finally {
            SimulatedStorages.unmount(uri);
        }
    }

    @Test
    void whatIsLeftAfterAKillTakesItsPlace() throws IOException {
        SimulatedStorage disk = new SimulatedStorage(1);
        String uri = SimulatedStorages.mount(disk);
        try {
            SimulatedStorages provider = new SimulatedStorages();
            Storage before = provider.open(uri);
            before.create("file").close();
            SimulatedStorages.mount(uri, disk.kill());
            assertThatThrownBy(() -> before.create("late")).hasMessageContaining("ACQ-2044");
            assertThat(provider.open(uri).list(""))
                    .extracting(Storage.Entry::name)
                    .containsExactly("file");
        } finally {
            SimulatedStorages.unmount(uri);
        }
    }
}
