/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.internal.local.LocalEngineProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobDirectoryTest {
    @TempDir
    private Path directory;

    private final Engine engine = new LocalEngineProvider()
            .open("local[1]", new EngineProvider.Settings("test", Map.of(), Set.of(), Map.of(), StreamClock.system()));

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void aJobKeepsItsIdAndItsDirectoryIsMadeTheFirstTime() throws IOException {
        String fresh = directory.resolve("a/b").toString();
        UUID first;
        try (JobDirectory job = JobDirectory.open(engine, fresh)) {
            first = job.job();
            assertThat(job.uri()).contains("a/b");
        }
        try (JobDirectory job = JobDirectory.open(engine, fresh)) {
            assertThat(job.job()).isEqualTo(first);
        }
    }

    @Test
    void aSecondHolderIsRefusedUntilTheFirstLetsGo() throws IOException {
        try (JobDirectory held = JobDirectory.open(engine, directory.toString())) {
            assertThat(held.job()).isNotNull();
            assertThatThrownBy(() -> JobDirectory.open(engine, directory.toUri().toString()))
                    .hasMessageStartingWith("ACQ-1030 the checkpoint directory")
                    .hasMessageContaining("is in use");
        }
        JobDirectory.open(engine, directory.toString()).close();
    }

    @Test
    void anIdThatIsNoneIsRefused() throws IOException {
        Files.writeString(directory.resolve("job"), "hello\n");
        assertThatThrownBy(() -> JobDirectory.open(engine, directory.toString()))
                .hasMessageStartingWith("ACQ-1031")
                .hasMessageContaining("'hello'");
    }

    @Test
    void aDirectoryThatIsTakenAwayFromARunningJobIsNoticed() throws IOException {
        try (JobDirectory job = JobDirectory.open(engine, directory.toString())) {
            job.mustBeThere();
            Files.writeString(directory.resolve("job"), UUID.randomUUID() + "\n");
            assertThatThrownBy(job::mustBeThere)
                    .hasMessageStartingWith("ACQ-1035 the checkpoint directory")
                    .hasMessageContaining("is that of another job now");
            Files.delete(directory.resolve("job"));
            assertThatThrownBy(job::mustBeThere).hasMessageStartingWith("ACQ-1034 the checkpoint directory");
        }
    }

    @Test
    void foldersOfDifferentUidsDiffer() {
        assertThat(JobDirectory.folderName("orders")).isEqualTo("orders");
        assertThat(JobDirectory.folderName("../orders")).isEqualTo("%2e%2e%2forders");
        assertThat(JobDirectory.folderName("ä")).isEqualTo("%c3%a4");
        assertThat(JobDirectory.folderName("x".repeat(500)))
                .hasSizeLessThan(130)
                .isNotEqualTo(JobDirectory.folderName("x".repeat(501)));
    }
}
