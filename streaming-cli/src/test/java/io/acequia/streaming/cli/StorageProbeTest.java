/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.SimulatedStorage;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A storage that keeps what it forces has nothing to say; the others are found. */
class StorageProbeTest {
    private final StandingClock clock = new StandingClock();
    private final SimulatedStorage disk = new SimulatedStorage(1);

    private List<String> findings(Storage storage) {
        return new StorageProbe(storage, clock)
                .findings().stream().map(Finding::line).toList();
    }

    @Test
    void aDiskThatTakesItsTimeIsGoodAndLeftAsItWas(@TempDir Path dir) throws IOException {
        try (LocalDisk local = LocalDisk.at(dir)) {
            StorageProbe probe = new StorageProbe(new Device(local, Duration.ofNanos(10_000)), clock);

            assertThat(probe.findings()).isEmpty();
            assertThat(probe.force()).isEqualTo(Duration.ofNanos(10_000));
            assertThat(local.list("")).isEmpty();
        }
    }

    @Test
    void storageWithoutFsyncIsFoundByItsTime() {
        disk.ignoreForces();

        assertThat(findings(disk)).singleElement().satisfies(line -> assertThat(line)
                .startsWith("ACQ-2257 forces reach no device: " + disk.uri()));
        assertThat(findings(new Device(disk, Duration.ofNanos(9_999)))).hasSize(1);
        assertThat(disk.names()).isEmpty();
    }

    @Test
    void storageWithoutFsyncIsFoundByWhatIsNotThere() {
        assertThat(findings(new Buffering(new Device(disk, Duration.ofMillis(1)), true, false)))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("ACQ-2256 forced bytes not there"));
        assertThat(findings(new Buffering(new Device(disk, Duration.ofMillis(1)), true, true)))
                .isEmpty();
    }

    @Test
    void aStorageWhoseFilesAreThereWhenTheyAreClosedIsNotAskedBefore() {
        assertThat(findings(new Buffering(new Device(disk, Duration.ofMillis(1)), false, false)))
                .extracting(line -> line.substring(0, 8))
                .containsExactly("ACQ-2256");

        assertThat(findings(new Buffering(new Device(disk, Duration.ofMillis(1)), false, true)))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATE", "WRITE", "FORCE", "FORCE_FOLDER", "READ"})
    void aStorageThatCannotIsFound(Operation operation) {
        disk.fail(operation, 1);

        assertThat(findings(new Device(disk, Duration.ofMillis(1))))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("ACQ-2255 storage does not write and force: " + disk.uri())
                        .contains(operation + " of "));
    }

    @Test
    void aFullOneIsFound() {
        disk.fill();

        assertThat(findings(new Device(disk, Duration.ofMillis(1))))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("ACQ-2255"));
    }

    /** Each force takes a time. */
    private final class Device extends ForwardingStorage {
        private final Duration time;

        Device(Storage inner, Duration time) {
            super(inner);
            this.time = time;
        }

        @Override
        public Appender create(String name) throws IOException {
            return new ForwardingAppender(super.create(name)) {
                @Override
                public void force() throws IOException {
                    super.force();
                    clock.pass(time);
                }
            };
        }
    }

    /** What is written goes on at a force, or at the end where a file is not there before; or never, if a force does nothing. */
    private static final class Buffering extends ForwardingStorage {
        private final boolean appends;
        private final boolean forces;

        Buffering(Storage inner, boolean appends, boolean forces) {
            super(inner);
            this.appends = appends;
            this.forces = forces;
        }

        @Override
        public Capabilities capabilities() {
            return new Capabilities(appends, true, true);
        }

        @Override
        public Appender create(String name) throws IOException {
            ByteArrayOutputStream buffer = new ByteArrayOutputStream();
            return new ForwardingAppender(super.create(name)) {
                @Override
                public void write(ByteBuffer bytes) {
                    buffer.write(bytes.array(), bytes.position(), bytes.remaining());
                }

                @Override
                public void force() throws IOException {
                    if (appends) {
                        goOn();
                    }
                    super.force();
                }

                @Override
                public void close() throws IOException {
                    goOn();
                    super.close();
                }

                private void goOn() throws IOException {
                    if (forces) {
                        super.write(ByteBuffer.wrap(buffer.toByteArray()));
                        buffer.reset();
                    }
                }
            };
        }
    }

    private static class ForwardingAppender implements Storage.Appender {
        private final Storage.Appender inner;

        ForwardingAppender(Storage.Appender inner) {
            this.inner = inner;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            inner.write(bytes);
        }

        @Override
        public void force() throws IOException {
            inner.force();
        }

        @Override
        public long length() {
            return inner.length();
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }
    }
}
