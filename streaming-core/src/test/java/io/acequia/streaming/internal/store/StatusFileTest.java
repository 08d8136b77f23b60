/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAndReplacesWhatWasThere() throws IOException {
        StatusFile file = StatusFile.in(folder);
        assertThat(file.read()).isEmpty();

        Map<String, String> hard = Map.of(
                "a",
                " spaces  within ",
                "b",
                "two\nlines\r\tand\fmore",
                "c",
                "C:\\path = 1 # no: comment !",
                "d",
                "été €");
        file.write(Map.of("gone", "yes"));
        file.write(hard);

        assertThat(file.read()).contains(hard);
        assertThat(folder).isDirectoryNotContaining(path -> path.endsWith("status.new"));
    }

    @Test
    void aFolderThatIsGoneIsNotMadeAnew() {
        Path gone = folder.resolve("gone");

        assertThatIOException().isThrownBy(() -> StatusFile.in(gone).write(Map.of("a", "b")));
        assertThat(gone).doesNotExist();
    }

    @Test
    void whatNoJobWroteIsRefused() throws IOException {
        Files.writeString(folder.resolve(StatusFile.NAME), "a=\\u12");
        assertThatIOException().isThrownBy(() -> StatusFile.in(folder).read()).withMessageContaining("cannot be read");

        Files.write(folder.resolve(StatusFile.NAME), new byte[(1 << 20) + 1]);
        assertThatIOException().isThrownBy(() -> StatusFile.in(folder).read()).withMessageContaining("longer");
    }

    @Test
    void aStorageElsewhereHasNone() throws IOException {
        try (LocalDisk disk = LocalDisk.at(folder.resolve("with space"))) {
            assertThat(StatusFile.in(disk.uri())).isPresent();
        }
        assertThat(StatusFile.in("s3://bucket/job")).isEmpty();
        assertThat(StatusFile.in("file://other/host")).isEmpty();
    }

    @Test
    void thisMachineHasAName() {
        assertThat(StatusFile.thisHost()).isNotBlank().isEqualTo(StatusFile.thisHost());
    }

    @Test
    void processesHaveANamespaceWhereTheSystemHasSuch() {
        if (Files.exists(Path.of("/proc/self/ns/pid"), LinkOption.NOFOLLOW_LINKS)) {
            assertThat(StatusFile.thisNamespace())
                    .hasValueSatisfying(name -> assertThat(name).matches("pid:\\[\\d+]"));
        } else {
            assertThat(StatusFile.thisNamespace()).isEmpty();
        }
    }
}
